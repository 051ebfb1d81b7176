// Before a message is deleted on the word of its UIDL: does the server show the header that was stored under it? A UIDL
// given to another message of the same size would otherwise cost that message.

import { describeError } from '../core/errors.ts';
import { isDue } from '../core/plan-deletions.ts';
import type { PlannedMessage } from '../core/plan.ts';
import type { AccountRun } from './account-run.ts';
import { effectivePolicy } from './effective-policy.ts';
import { breaksSession } from './failed-message.ts';
import { readFingerprint } from './header-fingerprint.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Maildrop } from './maildrop.ts';

/**
 * @returns the plan, where a known message that is due and shows another header is fetched instead. QUIRK(servers
 *          without TOP, or that break at it): there UIDL and size have to do
 * @throws what the session throws, but for a session that breaks at TOP
 */
export async function proveDue(
  plan: readonly PlannedMessage[],
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
): Promise<readonly PlannedMessage[]> {
  const { account, ports, options, book } = run;
  const policy = effectivePolicy(run);
  const proven = [...plan];
  let mayAsk = account.limits.deletionsPerRun;
  for (const [index, message] of plan.entries()) {
    if (mayAsk === 0 || options.stop.aborted) break;
    if (message.action !== 'known' || !isDue(message.record, policy, ports.now())) continue;
    mayAsk -= 1;
    await lease.keep();
    try {
      if (await isAnother(message, maildrop)) proven[index] = refetched(message);
    } catch (error) {
      if (options.abort.aborted || !breaksSession(error)) throw error;
      await maildrop.reopen();
      book.notice(
        'RECONNECTED',
        `the session ended at TOP, and another went on without it: ${describeError(error)}`,
      );
      break;
    }
  }
  return proven;
}

type Known = Extract<PlannedMessage, { action: 'known' }>;

async function isAnother({ listed, record }: Known, maildrop: Maildrop): Promise<boolean> {
  if (record.headerSha256 === undefined) return false;
  const header = await maildrop.header(listed);
  if (!header) return false;
  if ((await readFingerprint(header)) !== record.headerSha256) return true;
  maildrop.committed(listed);
  return false;
}

function refetched({ listed, record: { firstSeen } }: Known): PlannedMessage {
  return { action: 'fetch', listed, reason: 'header-changed', firstSeen, failed: undefined };
}
