// Known by its UIDL, but is it the same message? Asked before a message is deleted on the word of its UIDL, and of every
// message where a server was seen to give old UIDLs to other messages: does the server show the header that was stored?

import { describeError } from '../core/errors.ts';
import { isDue } from '../core/plan-deletions.ts';
import type { DeletionCandidate } from '../core/plan-deletions.ts';
import type { FetchReason, PlannedMessage } from '../core/plan.ts';
import type { AccountRun } from './account-run.ts';
import { effectivePolicy } from './effective-policy.ts';
import { breaksSession } from './failed-message.ts';
import { readFingerprint } from './header-fingerprint.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Maildrop } from './maildrop.ts';

export interface ProvenPlan {
  /** Where a known message could not be proven, it is fetched instead. */
  readonly plan: readonly PlannedMessage[];
  /** Known messages that the server still shows under their UIDL. */
  readonly proven: readonly DeletionCandidate[];
}

type Known = Extract<PlannedMessage, { action: 'known' }>;

/**
 * A session that breaks at TOP is reopened, and the rest is fetched without being asked for. A run that is asked to stop
 * leaves the rest as it is: known, and not proven.
 * @throws what the session throws
 */
export async function proveKnown(
  plan: readonly PlannedMessage[],
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
): Promise<ProvenPlan> {
  const asked = new Set(messagesToAskFor(plan, run));
  const result: PlannedMessage[] = [];
  const proven: DeletionCandidate[] = [];
  let canAsk = true;
  for (const message of plan) {
    if (message.action !== 'known' || !asked.has(message) || run.options.stop.aborted) {
      result.push(message);
      continue;
    }
    await lease.keep();
    const shown: Shown = canAsk ? await ask(message, run, maildrop) : 'nothing';
    if (shown === 'broken') canAsk = false;
    if (shown === 'the-same') proven.push(message);
    result.push(shown === 'the-same' ? message : refetched(message, shown));
  }
  return { plan: result, proven };
}

/** What is due for deletion; everything known, if a tenth of it came with another size. */
function messagesToAskFor(plan: readonly PlannedMessage[], run: AccountRun): Known[] {
  const { account, ports } = run;
  const known = plan.filter((message) => message.action === 'known');
  const changed = plan.filter(({ reason }) => reason === 'size-changed').length;
  if (changed > 0 && changed * 10 >= known.length) return known;
  const policy = effectivePolicy(run);
  const now = ports.now();
  return known.filter(({ record }) => isDue(record, policy, now)).slice(0, account.limits.deletionsPerRun);
}

/** `nothing`: the server has no TOP, or not for this message, or we have no header to compare it with. */
type Shown = 'the-same' | 'another' | 'nothing' | 'broken';

async function ask({ listed, record }: Known, run: AccountRun, maildrop: Maildrop): Promise<Shown> {
  if (record.headerSha256 === undefined) return 'nothing';
  try {
    const header = await maildrop.header(listed);
    if (!header) return 'nothing';
    if ((await readFingerprint(header)) !== record.headerSha256) return 'another';
    maildrop.committed(listed);
    return 'the-same';
  } catch (error) {
    if (run.options.abort.aborted || !breaksSession(error)) throw error;
    await maildrop.reopen();
    const message = `the session ended at TOP, and another went on without it: ${describeError(error)}`;
    run.book.notice('RECONNECTED', message);
    return 'broken';
  }
}

function refetched({ listed }: Known, shown: Shown): PlannedMessage {
  const reason: FetchReason = shown === 'another' ? 'header-changed' : 'deletion-needs-proof';
  return { action: 'fetch', listed, reason, firstSeen: undefined, failed: undefined };
}
