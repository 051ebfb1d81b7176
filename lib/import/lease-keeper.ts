// The lease of one run: taken when there is something to do, renewed as the run goes on, never by a timer.

import { MailferryError } from '../core/errors.ts';
import { LEASE_MS } from '../core/limits.ts';
import type { LeaseHold } from '../ports/ledger.ts';
import type { AccountRun } from './account-run.ts';
import type { ImportPorts } from './import-ports.ts';

export class LeaseKeeper {
  readonly hold: LeaseHold;
  readonly #ports: ImportPorts;
  readonly #leaseMs: number;
  #renewedAt: number;

  private constructor(hold: LeaseHold, ports: ImportPorts, leaseMs: number) {
    this.hold = hold;
    this.#ports = ports;
    this.#leaseMs = leaseMs;
    this.#renewedAt = ports.now();
  }

  /** @throws LEASE_HELD if another run has it, LEASE_LOST if it has that of its caller */
  static async acquire({ account, runId, ports, options }: AccountRun): Promise<LeaseKeeper> {
    const { leaseMs = LEASE_MS, held } = options;
    if (held) {
      const keeper = new LeaseKeeper(held, ports, leaseMs);
      await keeper.prove();
      return keeper;
    }
    const answer = await ports.lease.acquire(account.id, `${ports.ownerName}/${runId}`, leaseMs);
    if ('fence' in answer) return new LeaseKeeper(answer, ports, leaseMs);
    const until = new Date(answer.until).toISOString();
    throw new MailferryError(
      `another run (${answer.heldBy}) works on this account; its lease ends at ${until}`,
      {
        code: 'LEASE_HELD',
        scope: 'session',
        retryable: true,
        hint: 'let it finish: what it fetches need not be fetched twice. If it died, the lease ends by itself',
      },
    );
  }

  /** Before each step of work: renews what has been running for a while. @throws LEASE_LOST */
  async keep(): Promise<void> {
    // The clock may be set back: then nobody knows how long it was.
    if (Math.abs(this.#ports.now() - this.#renewedAt) > this.#leaseMs / 3) await this.prove();
  }

  /** Before what must not be done by two. @throws LEASE_LOST */
  async prove(): Promise<void> {
    await this.#ports.lease.renew(this.hold, this.#leaseMs);
    this.#renewedAt = this.#ports.now();
  }
}
