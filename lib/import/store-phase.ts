// What has come is stored beside what is still coming, many messages at once: a store is far away, and a disk has more than one
// thing to do. Each message has its own order, object before record; among messages there is none. Mail comes only as fast as
// it can be put away.

import { MailferryError } from '../core/errors.ts';
import { MAX_BROKEN_SESSIONS, STORED_AT_ONCE } from '../core/limits.ts';
import type { PlannedFetch } from '../core/plan.ts';
import type { AccountRun } from './account-run.ts';
import { chargeFetched, decideFetched } from './decide-fetched.ts';
import type { Maildrop } from './maildrop.ts';
import type { ProvenCandidate } from './prove-known.ts';
import { stopReason } from './stop-reason.ts';
import { storeMessage } from './store-message.ts';
import type { TakenMessage } from './take-message.ts';
import { WorkUnderWay } from '../core/work-under-way.ts';

export class StorePhase {
  readonly #run: AccountRun;
  readonly #maildrop: Maildrop;
  readonly #work: WorkUnderWay;
  readonly #underWay = new Set<PlannedFetch>();
  readonly #proven: ProvenCandidate[] = [];
  #failure: { readonly error: unknown } | undefined;
  #strangeInARow = 0;

  constructor(run: AccountRun, maildrop: Maildrop) {
    this.#run = run;
    this.#maildrop = maildrop;
    this.#work = new WorkUnderWay(run.options.storedAtOnce ?? STORED_AT_ONCE);
  }

  /** Messages stored, each with the session that had these octets under its number. */
  get proven(): readonly ProvenCandidate[] {
    return this.#proven;
  }

  /** It has come, and what becomes of it is not known yet. */
  has(message: PlannedFetch): boolean {
    return this.#underWay.has(message);
  }

  /**
   * Waits until another message may come, of whatever size.
   * @throws what ended the storing: no further message is to come
   */
  async makeRoom(): Promise<void> {
    await this.#maildrop.awakeDuring(async () => await this.#work.room());
    if (this.#failure) throw this.#failure.error;
  }

  /** Takes over the message and its blob. What goes wrong is told by `makeRoom` and `finish`. */
  begin(message: PlannedFetch, taken: TakenMessage): void {
    const { sessionNumber } = this.#maildrop;
    this.#underWay.add(message);
    this.#work.begin(taken.blob.sizeOctets, async () => {
      try {
        await this.#store(message, taken, sessionNumber);
      } catch (error) {
        await this.#failed(message, error).catch((failure: unknown) => this.#end(message, failure));
      } finally {
        this.#underWay.delete(message);
        await taken.blob.dispose();
      }
    });
  }

  /** Every message that has come is decided. @throws what ended the storing */
  async finish(): Promise<void> {
    await this.#maildrop.awakeDuring(async () => await this.#work.idle());
    if (this.#failure) throw this.#failure.error;
  }

  /** As `finish`, for a run that ends by another error. */
  async finishAfter(error: unknown): Promise<void> {
    await this.#work.idle();
    if (this.#failure) this.#tellUnlike(error, this.#failure.error);
  }

  async #store(message: PlannedFetch, taken: TakenMessage, sessionNumber: number): Promise<void> {
    const { listed } = message;
    const { outcome, record } = await storeMessage(taken, () => message.firstSeen, this.#run);
    this.#maildrop.committed(listed);
    this.#strangeInARow = 0;
    decideFetched(message, outcome, this.#run);
    this.#proven.push({ listed, record, sessionNumber });
  }

  async #failed(message: PlannedFetch, error: unknown): Promise<void> {
    const { abort } = this.#run.options;
    if (abort.aborted && codeOf(error) === 'INTERRUPTED') {
      // Not its failure: it is left undecided, and a run that is stopped defers it.
      this.#failure ??= { error: stopReason(abort) };
      return;
    }
    if (this.#failure || !this.#isOfMessage(error)) {
      this.#end(message, error);
      return;
    }
    await chargeFetched(message, error, this.#run);
    this.#run.book.report(error);
  }

  /** A mistake of ours may have its cause in the message, unless it is made at one message after the other. */
  #isOfMessage(error: unknown): boolean {
    if (error instanceof MailferryError) return error.scope === 'message';
    this.#strangeInARow += 1;
    return this.#strangeInARow < MAX_BROKEN_SESSIONS;
  }

  /** The first failure ends the run and is told there; others like it are the same trouble. */
  #end(message: PlannedFetch, error: unknown): void {
    if (!this.#run.book.isDecided(message.listed)) decideFetched(message, 'failed', this.#run);
    if (this.#failure) this.#tellUnlike(this.#failure.error, error);
    this.#failure ??= { error };
  }

  #tellUnlike(told: unknown, error: unknown): void {
    if (codeOf(told) !== codeOf(error)) this.#run.book.report(error);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof MailferryError ? error.code : undefined;
}
