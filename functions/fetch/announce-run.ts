// Tells others of runs: before the queue forgets the message that asked for the run, and again by the next one if that did not
// happen. Mail never waits for it: what could not be told is told later. A message that another one follows is done all the
// same; the last of them comes again until it is told.

import { createHash } from 'node:crypto';
import type { AccountId } from '../../lib/core/account.ts';
import type { AccountProgress } from '../../lib/core/account-state.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import { toRunEvents } from '../../lib/core/run-events.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import { fromUidl } from '../../lib/core/uidl.ts';
import type { Uidl } from '../../lib/core/uidl.ts';
import type { AccountView } from '../../lib/ports/directory.ts';
import type { FetchPorts } from './fetch-ports.ts';

type AnnouncePorts = Pick<FetchPorts, 'directory' | 'events' | 'imports' | 'watch'>;

/**
 * So far back it is looked for them (docs/events.md says so). More than one takes a sink that fails for long, or runs by hand.
 */
const LOOK_BACK_RUNS = 50;

/** What an account's last run came to was told, as far as anybody wants to know: the state of the account is all there is. */
export function isTold(
  { state, announcedRunId }: AccountView,
  { events }: Pick<FetchPorts, 'events'>,
): boolean {
  return !events || state.progress === undefined || state.progress.lastRunId === announcedRunId;
}

/**
 * Announce what an earlier invocation, which died, or a run by hand, left unannounced.
 * @returns the runs that still are, because the sink failed: to be announced with the run that follows
 * @throws LEDGER_FAILED
 */
export async function announceEarlier(
  account: AccountId,
  view: AccountView,
  ports: AnnouncePorts,
): Promise<readonly RunRecord[]> {
  const { progress } = view.state;
  if (progress === undefined || isTold(view, ports)) return [];
  const runs = await ports.imports.ledger.runs(account, LOOK_BACK_RUNS);
  const unannounced = runs.filter((run) => isUnannounced(run, progress, view)).toReversed();
  try {
    // Of one whose record was never written nothing can be told, and nobody needs to look again.
    await announce(account, unannounced, progress, ports);
    return [];
  } catch (error) {
    leaveToNext(account, error, ports);
    return unannounced;
  }
}

/** `announce` for one whom another message follows, which tells what could not be told: so this one never throws. */
export async function announceIfPossible(...told: Parameters<typeof announce>): Promise<void> {
  try {
    await announce(...told);
  } catch (error) {
    const [account, , , ports] = told;
    leaveToNext(account, error, ports);
  }
}

function leaveToNext(account: AccountId, error: unknown, { watch }: AnnouncePorts): void {
  watch.warn('runs could not be announced; their mail is not held up', { account, error });
}

/**
 * @param runs oldest first, of what an account's last run is not announced
 * @param progress what the account's last run left behind
 * @throws EVENTS_FAILED, LEDGER_FAILED
 */
export async function announce(
  account: AccountId,
  runs: readonly RunRecord[],
  progress: AccountProgress | undefined,
  { events, directory, watch }: AnnouncePorts,
): Promise<void> {
  const lastRunId = progress?.lastRunId ?? runs.at(-1)?.runId;
  if (!events || lastRunId === undefined) return;
  try {
    if (runs.length > 0)
      await events.publish(runs.flatMap((run) => toRunEvents(run, { hashUidl, progress })));
  } catch (error) {
    if (error instanceof MailferryError && error.code === 'EVENTS_FAILED') watch.count('EventsFailed', 1);
    throw error;
  }
  await directory.announced(account, lastRunId);
}

/**
 * Ids sort by start, and runs may overlap: so the account's last one is asked for by name. Where nothing was ever announced,
 * it begins with the account as it was applied, not with all that was run by hand before.
 */
function isUnannounced(
  { runId, startedAt }: RunRecord,
  { lastRunId }: AccountProgress,
  { announcedRunId, applied }: AccountView,
): boolean {
  if (runId === lastRunId) return true;
  return announcedRunId === undefined
    ? startedAt >= (applied?.appliedAt ?? Infinity)
    : runId > announcedRunId;
}

function hashUidl(uidl: Uidl): string {
  return createHash('sha256').update(fromUidl(uidl)).digest('base64url');
}
