// Invariants of every run that came to its end, judged when it returns. Each accuses in its own name.

import { isDeepStrictEqual } from 'node:util';
import { isBalanced } from '../../../lib/core/run-counts.ts';
import type { RunRecord } from '../../../lib/core/run-record.ts';
import type { Attempt, World } from './world.ts';

export async function judgeRun(world: World, attempt: Attempt, isDryRun: boolean): Promise<void> {
  noteRun(world, attempt);
  countsBalance(world, attempt);
  errorsAreNotOurs(world, attempt);
  deletionLogIsTrue(world, attempt);
  outcomesAreTrue(world, attempt);
  if (isDryRun) dryRunTouchesNothing(world, attempt);
  else await runsAreRecorded(world, attempt);
}

/** `listed = known + stored + ...`, and all that the plan had is in it. */
function countsBalance(world: World, { process, returned }: Attempt): void {
  const { counts } = returned;
  if (!isBalanced(counts)) world.accuse('countsBalance', `${process.name}: ${JSON.stringify(counts)}`);
  const planned = process.conduct.planned.length;
  if (planned > 0 && planned !== counts.listed)
    world.accuse('countsBalance', `${process.name} planned ${planned} messages and counts ${counts.listed}`);
}

async function runsAreRecorded(world: World, { process, returned }: Attempt): Promise<void> {
  const found = (await world.runs()).find(({ runId }) => runId === returned.runId);
  // What failed after the record was made, or while it was, can be in the returned one only.
  if (process.failedAt === 'ledger.recordRun' || process.failedAt === 'lease.release') return;
  if (!found && mayBeQuiet(world, returned)) world.census.note('quiet runs');
  else if (!found) world.accuse('runsAreRecorded', `${process.name} returned and left no record`);
  // The time is taken anew for what is returned.
  else if (!isDeepStrictEqual({ ...found, endedAt: 0 }, { ...returned, endedAt: 0 }))
    world.accuse(
      'runsAreRecorded',
      `${process.name} returned ${JSON.stringify(returned)} and recorded ${JSON.stringify(found)}`,
    );
}

/** There was nothing to do, nothing went wrong, and the runs of this history may keep that to themselves. */
function mayBeQuiet(world: World, { outcome, counts, deletions }: RunRecord): boolean {
  const isNothing = counts.known + counts.skipped + counts.quarantined + counts.deferred === counts.listed;
  return (
    world.quietForMs !== undefined && outcome === 'complete' && isNothing && deletions.entries.length === 0
  );
}

function errorsAreNotOurs(world: World, { process, returned }: Attempt): void {
  for (const { code, message } of returned.errors) {
    if (code === 'INTERNAL' || code === 'RUN_UNBALANCED')
      world.accuse('errorsAreNotOurs', `${process.name}: ${code} ${message}`);
  }
}

/** `committed` is said when the server did it, and when it did it this is said, or that it is not known. */
function deletionLogIsTrue(world: World, { process, returned }: Attempt): void {
  const { outcome, entries } = returned.deletions;
  const { removed, marked } = process.conduct;
  const there = marked.filter((message) => world.server.has(message));
  if (outcome === 'committed' && there.length > 0)
    world.accuse('deletionLogIsTrue', `${process.name} says committed, and ${there.length} are there`);
  if (removed.length > 0 && outcome !== 'committed' && outcome !== 'unknown')
    world.accuse('deletionLogIsTrue', `${process.name} deleted ${removed.length} and says ${outcome}`);
  const confirmed = entries.filter(({ dele }) => dele === 'ok').length;
  if (outcome === 'committed' && confirmed !== marked.length)
    world.accuse(
      'deletionLogIsTrue',
      `${process.name} sent DELE ${marked.length} times and logs ${confirmed}`,
    );
}

/** A run in which something failed does not pass for a good one. */
function outcomesAreTrue(world: World, { process, returned }: Attempt): void {
  const { outcome, counts, errors } = returned;
  if (outcome === 'complete' && (counts.failed > 0 || errors.length > 0))
    world.accuse('outcomesAreTrue', `${process.name} is complete with ${counts.failed} failed messages`);
  if (outcome !== 'complete' && errors.length === 0)
    world.accuse('outcomesAreTrue', `${process.name} is ${outcome} and names no error`);
}

function dryRunTouchesNothing(world: World, { process }: Attempt): void {
  const { calls, name } = process;
  for (const call of calls.keys()) {
    if (
      /^(write (RETR|TOP|DELE)|blobs\.put|parseQueue|lease|ledger\.(commit|mark|set|save|record))/.test(call)
    )
      world.accuse('dryRunTouchesNothing', `${name} called ${call}`);
  }
}

function noteRun({ census }: World, { returned }: Attempt): void {
  census.note(`outcome ${returned.outcome}`);
  census.note(`deletions ${returned.deletions.outcome}`);
  for (const { code } of returned.errors) census.note(`error ${code}`);
  for (const { code } of returned.notices) census.note(`notice ${code}`);
  for (const [state, count] of Object.entries(returned.counts)) census.note(`counted ${state}`, count);
}
