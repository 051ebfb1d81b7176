// One run of one account: session, listing, plan; if there is anything to do, the lease, what an earlier run left, and the
// work; at the end what is left behind: the account's progress, the run's record, the lease.

import type { Account } from '../core/account.ts';
import type { RunRecord } from '../core/run-record.ts';
import { endAbandonedLease } from './abandoned-lease.ts';
import type { AccountRun } from './account-run.ts';
import { isSwitchedOff } from './delete-messages.ts';
import type { ImportOptions } from './import-options.ts';
import type { ImportPorts } from './import-ports.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { leaveBehind, toRecord } from './leave-behind.ts';
import type { Course } from './leave-behind.ts';
import { openMaildrop } from './open-maildrop.ts';
import { decideUnfetched, hasWork, knownCandidates, planRun } from './plan-run.ts';
import { previewRun } from './preview-run.ts';
import { RunBook } from './run-book.ts';
import { settleDeletions } from './settle-deletions.ts';
import { decideSettled, rowsOf, settle, settledBefore, underLease } from './settled-listing.ts';
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
  const course: Course = { state: options.state, lease: undefined, settled: undefined, isQuiet: false };
  try {
    await takeCourse(run, course, startedAt);
  } catch (error) {
    run.book.stopFor(error);
  }
  if (options.dryRun !== true) await leaveBehind(run, course, startedAt);
  return toRecord(run, startedAt);
}

async function takeCourse(run: AccountRun, course: Course, startedAt: number): Promise<void> {
  const { account, ports, options, book } = run;
  if (options.stop.aborted) throw stopReason(options.stop);
  course.state ??= await ports.ledger.state(account.id);
  if (options.held) course.state = underLease(course.state, options.held);
  const maildrop = await openMaildrop(run, course.state);
  try {
    book.list(maildrop.rows);
    if (!maildrop.hasUidls) book.notice('NO_UIDL', NO_UIDL_WARNING);
    const before = settledBefore(maildrop.rows, course.state, run);
    if (before && rowsOf(before) === maildrop.rows.length) {
      course.settled = before;
      decideSettled(before, run);
      await maildrop.leave();
      course.isQuiet = true;
      return;
    }
    const planned = await planRun(run, maildrop.rows, course.state);
    if (options.dryRun !== true && hasWork(planned, run, course.state)) {
      course.lease = await LeaseKeeper.acquire(run);
      const before = course.state.progress?.lastRunId;
      course.state = underLease(await ports.ledger.state(account.id), course.lease.hold);
      const { progress, deletionsUnsettled } = course.state;
      // Another run was at work since we listed, perhaps, and may have deleted what we would fetch.
      if (progress?.lastRunId !== before || deletionsUnsettled) await maildrop.listAgain();
      book.list(maildrop.rows);
      course.state = await settleDeletions(maildrop, run, course.lease, course.state);
      const done = await workUnderLease(run, maildrop, course.lease, course.state);
      if (done && book.outcome === 'complete')
        course.settled = settle(done, maildrop.rows, run, course.state, startedAt);
    } else {
      decideUnfetched(planned, run);
      if (options.dryRun === true) {
        previewRun(planned, run);
      } else {
        options.observer?.planned?.(planned.plan, rowsOf(planned.settled));
        isSwitchedOff(knownCandidates(planned.plan), run);
        // Whoever has the lease may change records that were looked at, and its fence will be the same.
        if (options.held || course.state.lease === undefined)
          course.settled = settle(planned, maildrop.rows, run, course.state, startedAt);
        else course.state = await endAbandonedLease(run, course.state);
      }
      await maildrop.quit();
      course.isQuiet = book.outcome === 'complete' && course.state.progress?.lastOutcome === 'complete';
    }
  } finally {
    maildrop.drop();
  }
}

const NO_UIDL_WARNING =
  'this server has no UIDL command: every message is fetched in every run, and told apart by its content';
