// A lease that ends with the invocation: a little later than Lambda ends it by force, however often it was renewed, so that
// nobody waits long for an invocation that died.

import type { Lease } from '../../lib/ports/ledger.ts';

/** For clocks that differ, and for calls that were under way. */
export const LEASE_GRACE_MS = 30_000;

/**
 * @param endsAt of the invocation, in epoch milliseconds
 * @param now epoch milliseconds
 */
export function leaseToEnd(lease: Lease, endsAt: number, now: () => number): Lease {
  // Whoever is told that the lease is its own must have it for a moment.
  const shorten = (durationMs: number): number =>
    Math.min(durationMs, LEASE_GRACE_MS + Math.max(0, endsAt - now()));
  return {
    acquire: async (account, owner, durationMs) => await lease.acquire(account, owner, shorten(durationMs)),
    renew: async (hold, durationMs) => {
      await lease.renew(hold, shorten(durationMs));
    },
    release: async (hold) => {
      await lease.release(hold);
    },
  };
}
