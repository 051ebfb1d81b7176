// How long S3 itself refuses to delete a stored message, whoever asks.

import { Duration } from 'aws-cdk-lib';
import { ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { notDeployable } from './not-deployable.ts';

export interface ObjectLock {
  /**
   * `governance`: principals with `s3:BypassGovernanceRetention` can still delete. `compliance`: nobody can before its time,
   * not the account's root, and nobody can shorten it: the bill runs on for as long.
   */
  readonly mode: 'governance' | 'compliance';
  /** Days that each message is kept from its storing on. Whole, from 1 to 36,500. */
  readonly days: number;
  /**
   * Needed for `compliance`: "I know that what is stored can then not be deleted before its time by anybody, that the mode
   * cannot be taken back for it, and that AWS deletes it only with the whole account."
   * @default false
   */
  readonly acknowledgeComplianceCannotBeShortened?: boolean;
}

const MAX_DAYS = 36_500;

/** @throws CONFIG_INVALID */
export function toRetention(lock: ObjectLock): ObjectLockRetention {
  const { mode, days, acknowledgeComplianceCannotBeShortened = false } = lock;
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) {
    throw notDeployable(`objectLock.days is ${days}`, `a whole number from 1 to ${MAX_DAYS} is allowed`);
  }
  if (mode === 'governance') return ObjectLockRetention.governance(Duration.days(days));
  if (!acknowledgeComplianceCannotBeShortened) {
    throw notDeployable(
      `objectLock.mode is compliance: for ${days} days from its storing on nobody can delete a message, whatever happens`,
      'if that is what you want, set acknowledgeComplianceCannotBeShortened: true; if not, use mode: governance',
    );
  }
  return ObjectLockRetention.compliance(Duration.days(days));
}
