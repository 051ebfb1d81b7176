// In which order a run fetches: so that nothing that is fetched again, or fails again, keeps new mail waiting.

import { isIdentified } from '../core/plan.ts';
import type { PlannedFetch, PlannedMessage } from '../core/plan.ts';

/**
 * New mail, oldest first; then what no UIDL identifies, begun at another place in each run, because all of it is fetched in
 * every run and a run may not come to its end; then what failed before or is fetched anew.
 */
export function inUrgency(plan: readonly PlannedMessage[], runId: string): PlannedFetch[] {
  const fetches = plan.filter((message) => message.action === 'fetch');
  const unidentified = fetches.filter((message) => !isIdentified(message.reason));
  const start = unidentified.length > 0 ? placeOf(runId) % unidentified.length : 0;
  return [
    ...fetches.filter(({ reason }) => reason === 'new'),
    ...unidentified.slice(start),
    ...unidentified.slice(0, start),
    ...fetches.filter(({ reason }) => reason !== 'new' && isIdentified(reason)),
  ];
}

/** Any number, another one for each run. */
function placeOf(runId: string): number {
  let place = 0;
  for (const character of runId) place = (place * 31 + character.charCodeAt(0)) % 1_000_003;
  return place;
}
