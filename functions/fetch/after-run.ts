// What a run means for the message that asked for it, for a drain, and for those who watch. Pure but for the counting.

import type { EndedSlice } from '../../lib/core/drain.ts';
import { confirmedDeletions, hasNewUidls, isRefused } from '../../lib/core/run-events.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import type { FetchWatch } from './fetch-ports.ts';

/**
 * `done` all went as far as it could · `stopped` an error ended it, and those who come later know: the account waits, or is
 * suspended · `busy` another run has the lease · `broken` a mistake of ours, or nobody knows of the failure: the queue must
 * not forget the message.
 */
export type Verdict = 'done' | 'stopped' | 'busy' | 'broken';

/** What an account cannot be blamed for. */
const OUR_MISTAKES = ['INTERNAL', 'RUN_UNBALANCED'];

/** @param isProgressSettled what the run means for the account is written, by it or by the run that has the lease */
export function judgeRun(run: RunRecord, isProgressSettled: boolean): Verdict {
  if (hasCode(run, ...OUR_MISTAKES)) return 'broken';
  if (run.outcome !== 'stopped') return 'done';
  if (hasCode(run, 'LEASE_HELD', 'LEASE_LOST')) return 'busy';
  return isProgressSettled ? 'stopped' : 'broken';
}

/** Messages that a poll left for a drain, which has more time and a whole disk for itself; 0: none is needed. */
export function backlogOfPoll(run: RunRecord): number {
  return backlogOf(run, ['TIME_UP', 'SPOOL_FAILED']);
}

/**
 * @param backlogBefore what the run before it left for later
 * @returns `undefined` if an error ended the slice: the account waits, and polls begin anew
 */
export function toEndedSlice(run: RunRecord, backlogBefore: number): EndedSlice | undefined {
  const backlog = backlogOf(run, ['TIME_UP']);
  if (run.outcome === 'stopped' && backlog === 0) return undefined;
  // Where no UIDL identifies them, messages are found stored in every run: that alone leads nowhere.
  const isFewer = run.counts.deferred + run.counts.failed < backlogBefore;
  return { fetched: run.counts.stored + (isFewer ? run.counts.duplicate : 0), backlog };
}

/** A run that had no time to see what is there has at least something left. */
function backlogOf(run: RunRecord, goesOnAfter: readonly string[]): number {
  if (run.outcome !== 'stopped') return run.counts.deferred;
  return hasCode(run, ...goesOnAfter) ? Math.max(1, run.counts.deferred) : 0;
}

/** Everything there is an alarm or a graph for. Nothing of it names an account. */
export function countRun(run: RunRecord, verdict: Verdict, watch: FetchWatch): void {
  const { counts, octets, errors, quarantined = [] } = run;
  const counted = {
    MessagesStored: counts.stored,
    MessagesDuplicate: counts.duplicate,
    OctetsFetched: octets,
    MessagesFailed: counts.failed,
    MessagesQuarantined: quarantined.length,
    MessagesDeleted: confirmedDeletions(run).length,
    RunsStopped: run.outcome === 'stopped' && verdict !== 'busy' ? 1 : 0,
    AuthFailures: isRefused(run) ? 1 : 0,
    LeaseLost: hasCode(run, 'LEASE_LOST') ? 1 : 0,
    ArchiveCorrupt: errors.filter(({ code }) => code === 'ARCHIVE_CORRUPT').length,
    UidlTurnovers: hasNewUidls(run) ? 1 : 0,
  } as const;
  for (const [metric, value] of Object.entries(counted)) {
    if (value > 0) watch.count(metric as keyof typeof counted, value);
  }
}

function hasCode({ errors }: RunRecord, ...codes: readonly string[]): boolean {
  return errors.some(({ code }) => codes.includes(code));
}
