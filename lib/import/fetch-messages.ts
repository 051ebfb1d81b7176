// Fetches what the plan says, new mail first, asking ahead where the server can take it, and storing beside it. What does not
// come is fetch-phase's business, what cannot be stored store-phase's; anything that is not a message's own failure ends the run.

import type { PlannedFetch, PlannedMessage } from '../core/plan.ts';
import type { AccountRun } from './account-run.ts';
import { inUrgency } from './fetch-order.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Maildrop } from './maildrop.ts';
import type { ProvenCandidate } from './prove-known.ts';
import { FetchPhase } from './fetch-phase.ts';
import { stopReason } from './stop-reason.ts';
import { StorePhase } from './store-phase.ts';

/**
 * What was never seen goes first, so that a message which fails again and again keeps no other waiting.
 * @param hasProgress the run got further already, even if it can fetch nothing now
 * @returns the messages fetched, each with the session that had these octets under its number
 * @throws what ends the run; what is committed stays committed
 */
export async function fetchMessages(
  plan: readonly PlannedMessage[],
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
  hasProgress: boolean,
): Promise<readonly ProvenCandidate[]> {
  const messages = inUrgency(plan, run.runId);
  const stores = new StorePhase(run, maildrop);
  try {
    await fetchAll(messages, { run, maildrop, stores, phase: new FetchPhase(run, maildrop, lease, stores) });
  } catch (error) {
    await stores.finishAfter(error);
    throw error;
  }
  const { stop } = run.options;
  for (const { listed } of messages) {
    if (run.book.isDecided(listed)) continue;
    // A run without any progress is no success, or an account that never gets further would look well.
    if (stop.aborted && stores.proven.length === 0 && !hasProgress) throw stopReason(stop);
    run.book.decide(listed, 'deferred');
  }
  return stores.proven;
}

interface Fetching {
  readonly run: AccountRun;
  readonly maildrop: Maildrop;
  readonly phase: FetchPhase;
  readonly stores: StorePhase;
}

/** @throws what ends the run; what has come may still be under way then */
async function fetchAll(messages: readonly PlannedFetch[], fetching: Fetching): Promise<void> {
  const { phase, stores } = fetching;
  while (!(await fetchInOneSession(messages, fetching)) && !phase.isGivenUp) {
    // A session broke, and another is open.
  }
  await stores.finish();
  await phase.settleRefused();
}

/** @returns whether all was done that there was to do: otherwise the session broke, and another is open */
async function fetchInOneSession(messages: readonly PlannedFetch[], fetching: Fetching): Promise<boolean> {
  const { maildrop, phase } = fetching;
  const wanted = undecided(messages, fetching);
  for await (const { wanted: message, read } of maildrop.retrieveEach(wanted, messages.length, phase.ahead)) {
    if (!(await phase.fetch(message, read))) return false;
  }
  return true;
}

/** Asked one by one, each when it is about to be fetched: what is under way when the run is to stop is still taken. */
function* undecided(
  messages: readonly PlannedFetch[],
  { run, maildrop, phase, stores }: Fetching,
): Generator<PlannedFetch> {
  for (const message of messages) {
    if (run.options.stop.aborted) return;
    if (run.book.isDecided(message.listed) || stores.has(message) || phase.isHeld(message)) continue;
    // Gone since the first session, or not to be told from others in this one: the next run decides.
    if (maildrop.has(message.listed)) yield message;
    else run.book.decide(message.listed, 'deferred');
  }
}
