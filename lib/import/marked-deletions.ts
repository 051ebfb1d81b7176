// Deletions under way: marked in the ledger first, then on the server, and settled by the `+OK` to QUIT. What becomes of
// them otherwise is for the next run to find out, by the marks.

import { MailferryError } from '../core/errors.ts';
import { orLeaseLost } from '../core/lease-lost.ts';
import type { PlannedDeletion } from '../core/plan-deletions.ts';
import type { RecordMark, StoredRef } from '../core/record.ts';
import type { DeletionEntry } from '../core/run-record.ts';
import type { AccountRun } from './account-run.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Maildrop } from './maildrop.ts';

/** Messages marked `deleting` in the ledger and on the server. */
export class MarkedDeletions {
  readonly #run: AccountRun;
  readonly #lease: LeaseKeeper;
  readonly #entries: DeletionEntry[] = [];
  readonly #sent: PlannedDeletion[] = [];
  readonly #refused: PlannedDeletion[] = [];
  #isBegun = false;

  constructor(run: AccountRun, lease: LeaseKeeper) {
    this.#run = run;
    this.#lease = lease;
  }

  get isEmpty(): boolean {
    return !this.#isBegun;
  }

  /** Mark them in the ledger, then on the server, so that whatever happens to QUIT is found out. @throws LEASE_LOST */
  async send(due: readonly PlannedDeletion[], maildrop: Maildrop): Promise<void> {
    if (due.length === 0) return;
    // The fence: refused if another run took over.
    await this.#lease.prove();
    if (!this.#isBegun) await this.#begin();
    const { account, ports } = this.#run;
    await ports.ledger.mark(account.id, due.map(refOf), this.#markOf('deleting'));
    for (const [index, deletion] of due.entries()) {
      if (this.#run.options.deleteUntil?.aborted === true && this.#sent.length > 0) {
        // They keep their message, and `settle` takes their mark away.
        this.#refused.push(...due.slice(index));
        return;
      }
      await this.#lease.keep();
      const dele = await this.#dele(deletion, maildrop);
      const { uidl, sha256 } = deletion.record;
      this.#entries.push({ uidl, sha256, reason: deletion.reason, dele });
      (dele === 'ok' ? this.#sent : this.#refused).push(deletion);
    }
  }

  async #begin(): Promise<void> {
    const { hold } = this.#lease;
    orLeaseLost(await this.#run.ports.ledger.setDeletionsUnsettled(hold, true), hold);
    this.#run.book.deletions = { outcome: 'unknown', entries: this.#entries };
    this.#isBegun = true;
  }

  /** After the `+OK` to QUIT. */
  async settle(): Promise<void> {
    const { book, account, ports } = this.#run;
    for (const { listed } of this.#sent) book.deleted(listed);
    book.deletions = { outcome: 'committed', entries: this.#entries };
    await ports.ledger.mark(account.id, this.#sent.map(refOf), this.#markOf('deleted'));
    await ports.ledger.mark(account.id, this.#refused.map(refOf), undefined);
    const { hold } = this.#lease;
    orLeaseLost(await ports.ledger.setDeletionsUnsettled(hold, false), hold);
  }

  async #dele({ listed }: PlannedDeletion, maildrop: Maildrop): Promise<'ok' | 'refused'> {
    try {
      await maildrop.dele(listed);
      return 'ok';
    } catch (error) {
      if (!(error instanceof MailferryError) || error.scope !== 'message') throw error;
      this.#run.book.report(error);
      return 'refused';
    }
  }

  #markOf(kind: RecordMark['kind']): RecordMark {
    return { kind, at: this.#run.ports.now(), runId: this.#run.runId };
  }
}

export function refOf({ record: { uidl, sha256 } }: PlannedDeletion): StoredRef {
  return { uidl, sha256 };
}
