// What a ledger keeps of the account itself: its runs, its progress, whether deletions are unsettled. Leases are not copied.

import type { AccountId } from '../core/account.ts';
import type { AccountProgress } from '../core/account-state.ts';
import { MailferryError } from '../core/errors.ts';
import { freshStart } from '../core/fresh-start.ts';
import { inParallel } from '../core/in-parallel.ts';
import { orLeaseLost } from '../core/lease-lost.ts';
import type { RunRecord } from '../core/run-record.ts';
import { AT_ONCE, mayGoOn } from './account-move.ts';
import type { AccountMove } from './account-move.ts';
import type { MovePorts } from './move-ports.ts';
import { isSame } from './same-record.ts';

/** More runs than an account has in a lifetime: one every 5 minutes for nine years. */
export const ALL_RUNS = 1_000_000;

/**
 * Whether the target has worked on the account by itself, since an earlier move or without one: then what it knows is newer,
 * or its own, and nothing of it is changed.
 * @throws LEDGER_FAILED
 */
export async function hasOwnRuns(
  account: AccountId,
  { source, target }: Pick<MovePorts, 'source' | 'target'>,
): Promise<boolean> {
  const runs = await source.ledger.runs(account, ALL_RUNS);
  const known = new Set(runs.map(({ runId }) => runId));
  // A ledger forgets its oldest runs: those that are older than all it has may have come from it.
  const oldest = runs.at(-1)?.runId ?? '';
  const there = await target.ledger.runs(account, ALL_RUNS);
  return there.some(({ runId }) => runId > oldest && !known.has(runId));
}

/** Before any mark `deleting` is copied: the target's next run finds out from the listing, as the source's would have. */
export async function copyUnsettled({ account, ports, leases }: AccountMove): Promise<void> {
  const { source, target } = ports;
  const { deletionsUnsettled } = await source.ledger.state(account);
  // Never cleared: that is for a run that has looked.
  if (!deletionsUnsettled || (await target.ledger.state(account)).deletionsUnsettled) return;
  const hold = leases.holdOf(target.lease);
  orLeaseLost(await target.ledger.setDeletionsUnsettled(hold, true), hold);
}

export async function copyRuns(move: AccountMove): Promise<void> {
  const { account, ports, book } = move;
  const { source, target } = ports;
  const there = new Map((await target.ledger.runs(account, ALL_RUNS)).map((run) => [run.runId, run]));
  const runs = await source.ledger.runs(account, ALL_RUNS);
  await inParallel(runs.toReversed(), AT_ONCE, async (run) => {
    await mayGoOn(move);
    if (!isSame(there.get(run.runId), run)) await target.ledger.recordRun(run);
  });
  book.runs = await countSame(runs, move);
}

async function countSame(runs: readonly RunRecord[], { account, ports }: AccountMove): Promise<number> {
  const there = new Map((await ports.target.ledger.runs(account, ALL_RUNS)).map((run) => [run.runId, run]));
  const different = runs.find((run) => !isSame(there.get(run.runId), run));
  if (different === undefined) return runs.length;
  throw notTaken(`the record of run ${different.runId}`, account);
}

/**
 * Last of all: an account that has its progress is moved. A target that was told of the account since the source's last run
 * (`accounts apply`) does not hold it back for what that run came to.
 * @throws LEASE_LOST
 */
export async function copyProgress({ account, ports, leases, isTargetAhead }: AccountMove): Promise<void> {
  const { source, target } = ports;
  const before = await target.ledger.state(account);
  const own = isTargetAhead ? before.progress : undefined;
  const progress = own ?? (await source.ledger.state(account)).progress;
  if (progress === undefined) return;
  const wanted = toMoved(progress);
  const isWanted = (there: AccountProgress | undefined): boolean =>
    isSame(there, wanted) || isSame(there, freshStart(wanted));
  if (isWanted(before.progress)) return;
  const hold = leases.holdOf(target.lease);
  orLeaseLost(await target.ledger.saveProgress(account, wanted, hold), hold);
  if (!isWanted((await target.ledger.state(account)).progress)) throw notTaken('its progress', account);
}

/** The first run in the target looks at the whole listing: records may have been marked lost, or kept. */
function toMoved(progress: AccountProgress): AccountProgress {
  return { ...progress, settled: undefined };
}

function notTaken(what: string, account: string): MailferryError {
  return new MailferryError(
    `the target's ledger has taken ${what} of account ${account}, and gives another one`,
    {
      code: 'LEDGER_FAILED',
      scope: 'account',
      retryable: true,
      hint: 'see that nothing else works on the account, and move again',
    },
  );
}
