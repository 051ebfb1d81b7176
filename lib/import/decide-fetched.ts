// How one planned fetch ends: in the books, and told to whoever watches.

import type { PlannedFetch } from '../core/plan.ts';
import type { AccountRun } from './account-run.ts';
import { chargeFailure } from './failed-message.ts';

export function decideFetched(
  { listed }: PlannedFetch,
  outcome: 'stored' | 'duplicate' | 'skipped' | 'quarantined' | 'failed',
  { book, options }: AccountRun,
): void {
  book.decide(listed, outcome);
  options.observer?.decided?.(outcome);
}

/** It failed, and that is counted against it. @throws LEDGER_FAILED */
export async function chargeFetched(message: PlannedFetch, error: unknown, run: AccountRun): Promise<void> {
  decideFetched(message, await chargeFailure(message, error, run), run);
}
