// One run of one account: session, listing, plan; if there is anything to do, the lease, what an earlier run left, and the
// work; at the end what is left behind: the account's progress, the run's record, the lease.

import { progressAfter } from '../core/account-state.ts';
import type { AccountState } from '../core/account-state.ts';
import type { Account } from '../core/account.ts';
import { leaseLost } from '../core/lease-lost.ts';
import { toRunError } from '../core/run-error.ts';
import type { RunRecord } from '../core/run-record.ts';
import type { LeaseHold } from '../ports.ts';
import type { AccountRun } from './account-run.ts';
import { isSwitchedOff } from './delete-messages.ts';
import type { ImportOptions } from './import-options.ts';
import type { ImportPorts } from './import-ports.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { Maildrop } from './maildrop.ts';
import { decideUnfetched, hasWork, knownCandidates, planRun } from './plan-run.ts';
import { previewRun } from './preview-run.ts';
import { RunBook } from './run-book.ts';
import { settleDeletions } from './settle-deletions.ts';
import { stopReason } from './stop-reason.ts';
import { workUnderLease } from './work-under-lease.ts';

/**
 * Never throws for what goes wrong with the account, its server or the archive: the record tells.
 * @returns the run's record, written to the ledger unless it was a dry run
 */
export async function importAccount(
  account: Account,
  ports: ImportPorts,
  options: ImportOptions,
): Promise<RunRecord> {
  const run: AccountRun = {
    account,
    ports,
    options,
    runId: ports.newRunId(),
    book: new RunBook(options.observer),
  };
  const startedAt = ports.now();
  const course: Course = { state: undefined, lease: undefined };
  try {
    await takeCourse(run, course);
  } catch (error) {
    run.book.stopFor(error);
  }
  if (options.dryRun !== true) await leaveBehind(run, course, startedAt);
  return toRecord(run, startedAt);
}

/** How far a run came. */
interface Course {
  state: AccountState | undefined;
  lease: LeaseKeeper | undefined;
}

async function takeCourse(run: AccountRun, course: Course): Promise<void> {
  const { account, ports, options, book } = run;
  if (options.stop.aborted) throw stopReason(options.stop);
  course.state = await ports.ledger.state(account.id);
  const maildrop = await Maildrop.open({
    account,
    password: await ports.secrets.get(account.password),
    dialer: ports.dialer,
    signal: options.abort,
    expectsUidls: (course.state.progress?.lastListing?.recorded ?? 0) > 0,
  });
  try {
    book.list(maildrop.listing);
    if (!maildrop.hasUidls) book.notice('NO_UIDL', NO_UIDL_WARNING);
    const planned = await planRun(run, maildrop.listing, course.state);
    if (options.dryRun !== true && hasWork(planned, run, course.state)) {
      course.lease = await LeaseKeeper.acquire(account.id, run.runId, ports);
      const before = course.state.progress?.lastRunId;
      course.state = await ports.ledger.state(account.id);
      const { progress, deletionsUnsettled } = course.state;
      // Another run was at work since we listed, perhaps, and may have deleted what we would fetch.
      if (progress?.lastRunId !== before || deletionsUnsettled) await maildrop.listAgain();
      book.list(maildrop.listing);
      course.state = await settleDeletions(maildrop.listing, run, course.lease, course.state);
      await workUnderLease(run, maildrop, course.lease, course.state);
    } else {
      decideUnfetched(planned.plan, run);
      if (options.dryRun === true) {
        previewRun(planned, run);
      } else {
        options.observer?.planned?.(planned.plan);
        isSwitchedOff(knownCandidates(planned.plan), run);
      }
      await maildrop.quit();
    }
  } finally {
    maildrop.drop();
  }
}

/** Each step is tried, whatever became of the one before: what can be written is, and the lease is given back. */
async function leaveBehind(run: AccountRun, { state, lease }: Course, startedAt: number): Promise<void> {
  const { ports, book } = run;
  const attempt = async (step: () => Promise<unknown>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      // What stopped the run stops this too: one report of it is enough.
      const { code } = toRunError(error);
      if (!book.errors.some((reported) => reported.code === code)) book.stopFor(error);
      else if (code === 'LEDGER_FAILED') isLedgerGone = true;
    }
  };
  // A ledger that is locked makes each step wait: it is not asked again for each.
  let isLedgerGone = false;
  if (state) await attempt(async () => await saveProgress(run, state, lease?.hold));
  if (!isLedgerGone) await attempt(async () => await ports.ledger.recordRun(toRecord(run, startedAt)));
  if (lease) await attempt(async () => await ports.lease.release(lease.hold));
}

async function saveProgress(
  { account, ports, book, runId }: AccountRun,
  state: AccountState,
  hold: LeaseHold | undefined,
): Promise<void> {
  // Somebody else works on this account, and writes how that went.
  if (book.errors.some(({ code }) => code === 'LEASE_HELD')) return;
  const progress = progressAfter(state.progress, {
    runId,
    endedAt: ports.now(),
    outcome: book.outcome,
    counts: book.counts(),
    listing: book.listingMark(),
  });
  // Without a lease it is refused while another run has it, and that run will write its own.
  if ((await ports.ledger.saveProgress(account.id, progress, hold)) === 'stale' && hold)
    throw leaseLost(hold);
}

function toRecord({ account, ports, runId, book }: AccountRun, startedAt: number): RunRecord {
  return {
    account: account.id,
    runId,
    startedAt,
    endedAt: ports.now(),
    counts: book.counts(),
    octets: book.octets,
    outcome: book.outcome,
    errors: book.errors,
    notices: book.notices,
    deletions: book.deletions,
  };
}

const NO_UIDL_WARNING =
  'this server has no UIDL command: every message is fetched in every run, and told apart by its content';
