// What may be deleted on the server in this run.

import type { DeletionPolicy } from '../core/account.ts';
import type { AccountRun } from './account-run.ts';

/** The account's rule, or `keep` when a switch forbids deletions. */
export function effectivePolicy({ account, options }: AccountRun): DeletionPolicy {
  return account.pauseDeletions || options.noDelete === true ? 'keep' : account.onServer;
}
