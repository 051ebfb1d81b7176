// Deletions under way: marked in the ledger first, then on the server, and settled by the `+OK` to QUIT. What becomes of
// them otherwise is for the next run to find out, by the marks.

import { MailferryError } from '../core/errors.ts';
import { leaseLost } from '../core/lease-lost.ts';
import type { PlannedDeletion } from '../core/plan-deletions.ts';
import type { RecordMark, StoredRef } from '../core/record.ts';
import type { DeletionEntry } from '../core/run-record.ts';
import type { AccountRun } from './account-run.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Maildrop } from './maildrop.ts';

/** Messages marked `deleting` in the ledger and on the server. */
export class MarkedDeletions {
  readonly #due: readonly PlannedDeletion[];
  readonly #run: AccountRun;
  readonly #lease: LeaseKeeper;
  readonly #entries: DeletionEntry[] = [];
  readonly #sent: PlannedDeletion[] = [];

  constructor(due: readonly PlannedDeletion[], run: AccountRun, lease: LeaseKeeper) {
    this.#due = due;
    this.#run = run;
    this.#lease = lease;
  }

  async begin(): Promise<void> {
    const { ledger } = this.#run.ports;
    // The fence: refused if another run took over. Then the marks, so that whatever happens to QUIT is found out.
    await this.#lease.prove();
    if ((await ledger.setDeletionsUnsettled(this.#lease.hold, true)) === 'stale')
      throw leaseLost(this.#lease.hold);
    this.#run.book.deletions = { outcome: 'unknown', entries: this.#entries };
    await ledger.mark(this.#run.account.id, this.#due.map(refOf), this.#markOf('deleting'));
  }

  async send(maildrop: Maildrop): Promise<void> {
    for (const deletion of this.#due) {
      await this.#lease.keep();
      const dele = await this.#dele(deletion, maildrop);
      const { uidl, sha256 } = deletion.record;
      this.#entries.push({ uidl, sha256, reason: deletion.reason, dele });
      if (dele === 'ok') this.#sent.push(deletion);
    }
  }

  /** After the `+OK` to QUIT. */
  async settle(): Promise<void> {
    const { book, account, ports } = this.#run;
    for (const { listed } of this.#sent) book.deleted(listed);
    book.deletions = { outcome: 'committed', entries: this.#entries };
    const refused = this.#due.filter((deletion) => !this.#sent.includes(deletion));
    await ports.ledger.mark(account.id, this.#sent.map(refOf), this.#markOf('deleted'));
    await ports.ledger.mark(account.id, refused.map(refOf), undefined);
    if ((await ports.ledger.setDeletionsUnsettled(this.#lease.hold, false)) === 'stale')
      throw leaseLost(this.#lease.hold);
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
