// A lease that was never given back: its owner has died, or sleeps.

import type { AccountState } from '../core/account-state.ts';
import { LEASE_MS } from '../core/limits.ts';
import type { AccountRun } from './account-run.ts';

/**
 * Who sleeps could prolong an expired lease when he wakes, and change records under the fence that it always had: nothing can be
 * settled before somebody else has had it. One that is in force stays as it is.
 * @returns the state from then on
 * @throws LEDGER_FAILED
 */
export async function endAbandonedLease(
  { account, runId, ports, options: { leaseMs = LEASE_MS } }: AccountRun,
  state: AccountState,
): Promise<AccountState> {
  const answer = await ports.lease.acquire(account.id, `${ports.ownerName}/${runId}`, leaseMs);
  if (!('fence' in answer)) return state;
  await ports.lease.release(answer);
  // Others had it between: what they left is not ours to write over.
  return answer.fence === state.fence + 1 ? { ...state, fence: answer.fence, lease: undefined } : state;
}
