// After changes to what an account's ledger knows: the next run looks at every message, and not only at whether the listing is
// the same.

import { orLeaseLost } from '../core/lease-lost.ts';
import type { LeaseHold, Ledger } from '../ports/ledger.ts';

/** Before the changes, for whoever dies between them. @throws LEASE_LOST, LEDGER_FAILED */
export async function forgetSettled(hold: LeaseHold, ledger: Ledger): Promise<void> {
  const { progress } = await ledger.state(hold.account);
  if (progress?.settled === undefined) return;
  orLeaseLost(await ledger.saveProgress(hold.account, { ...progress, settled: undefined }, hold), hold);
}
