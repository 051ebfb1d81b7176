// What becomes of a message that could not be fetched: counted, remembered, and after too many runs set aside.

import { MailferryError } from '../core/errors.ts';
import { isIdentified } from '../core/plan.ts';
import type { PlannedFetch } from '../core/plan.ts';
import { failedAgain } from '../core/record.ts';
import type { FailedRecord, SkippedRecord } from '../core/record.ts';
import { toRunError } from '../core/run-error.ts';
import type { Uidl } from '../core/uidl.ts';
import type { AccountRun } from './account-run.ts';

type FailedOutcome = 'failed' | 'quarantined' | 'skipped';

/** Whether the session ended at this message, with everything else in order. A mistake of ours counts too: the message may be its cause. */
export function breaksSession(error: unknown): boolean {
  if (!(error instanceof MailferryError)) return true;
  return error.scope === 'session' && (error.code.startsWith('POP3_') || error.code === 'MESSAGE_TOO_LARGE');
}

/** Whether it is this message's failure, and others may go better. */
export function isOfMessage(error: unknown): boolean {
  return breaksSession(error) || (error instanceof MailferryError && error.scope === 'message');
}

/**
 * Count a failure against its message. Without a UIDL of its own there is nothing to remember it by.
 * @returns how the message ends this run
 */
export async function chargeFailure(
  message: PlannedFetch,
  error: unknown,
  { account, ports, runId, book }: AccountRun,
): Promise<FailedOutcome> {
  const uidl = ownUidl(message);
  const tooLarge = isTooLarge(error);
  if (uidl === undefined) return tooLarge ? 'skipped' : 'failed';
  const facts = { uidl, firstSeen: message.firstSeen ?? ports.now(), runId };
  const record: FailedRecord | SkippedRecord = tooLarge
    ? { ...facts, state: 'skipped', octets: (account.limits.messageOctets ?? 0) + 1 }
    : failedAgain(message.failed, { ...facts, failedAt: ports.now(), error: toRunError(error) });
  const { outcome } = await ports.ledger.commit(account.id, record);
  // What is stored under this UIDL stays stored: this attempt failed, and the next run tries again.
  if (outcome === 'exists' && !tooLarge) return 'failed';
  if (record.state === 'quarantined') book.quarantined.push(uidl);
  return record.state;
}

function ownUidl({ listed, reason }: PlannedFetch): Uidl | undefined {
  return isIdentified(reason) ? listed.uidl : undefined;
}

/** A rule of the account, not a failure. POP3 cannot stop a RETR, so the session is lost all the same. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof MailferryError && error.code === 'MESSAGE_TOO_LARGE';
}
