// What the holder of a lease is told when it is not its own any more.

import type { AccountId } from './account.ts';
import { MailferryError } from './errors.ts';

interface Hold {
  readonly account: AccountId;
  readonly fence: number;
}

/** @param saved what the ledger answered to a write by this lease. @throws LEASE_LOST */
export function orLeaseLost(saved: 'saved' | 'stale', hold: Hold): void {
  if (saved === 'stale') throw leaseLost(hold);
}

export function leaseLost(hold: Hold): MailferryError {
  return new MailferryError(
    `the lease of account ${hold.account} is no longer this run's (fence ${hold.fence})`,
    {
      code: 'LEASE_LOST',
      scope: 'session',
      retryable: true,
      hint: 'nothing is lost: the run that has the lease goes on where this one stopped',
    },
  );
}
