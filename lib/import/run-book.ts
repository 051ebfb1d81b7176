// The books of one run: each listed message is decided once, and at the end all of them are.

import { ListedRows } from '../core/pop3/listed-rows.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import { MailferryError } from '../core/errors.ts';
import { isBalanced } from '../core/run-counts.ts';
import type { MessageOutcome, RunCounts } from '../core/run-counts.ts';
import { toRunError } from '../core/run-error.ts';
import type { RunError } from '../core/run-error.ts';
import type { DeletionLog, RunNotice, RunOutcome } from '../core/run-record.ts';
import type { Uidl } from '../core/uidl.ts';
import type { ListingMark } from '../core/account-state.ts';
import type { ImportObserver } from './import-options.ts';

/** Of these the ledger has a record, if they have a UIDL. */
const RECORDED: readonly MessageOutcome[] = ['known', 'stored', 'duplicate', 'quarantined', 'failed'];

export class RunBook {
  readonly #observer: ImportObserver | undefined;
  #listed = ListedRows.of([]);
  /** Of those listed, the ones that were decided together. */
  #together: { readonly known: number; readonly skipped: number } = { known: 0, skipped: 0 };
  readonly #outcomes = new Map<ListedMessage, MessageOutcome>();
  readonly #deleted = new Set<ListedMessage>();
  readonly #errors: RunError[] = [];
  readonly #notices: RunNotice[] = [];
  #isStopped = false;
  #isListed = false;
  /** Octets fetched. */
  octets = 0;
  /** Of what stopped the run: as MailferryError.retryAfterMs. */
  retryAfterMs: number | undefined;
  deletions: DeletionLog = { outcome: 'none', entries: [] };
  /** Set aside in this run. */
  readonly quarantined: Uidl[] = [];

  constructor(observer: ImportObserver | undefined) {
    this.#observer = observer;
  }

  /** The listing that the run is about; another one replaces it, while nothing is decided. */
  list(rows: ListedRows): void {
    if (this.#decided > 0) throw unbalanced('messages are decided, and would be listed anew');
    this.#isListed = true;
    this.#listed = rows;
  }

  /** So many of the listed messages, without saying which: none of them is decided by itself as well. Once in a run. */
  decideTogether(known: number, skipped: number): void {
    if (this.#together.known + this.#together.skipped > 0)
      throw unbalanced('messages are decided together twice');
    this.#together = { known, skipped };
  }

  /** @throws RUN_UNBALANCED for a message that is not listed, or decided already: a bug of ours */
  decide(listed: ListedMessage, outcome: MessageOutcome): void {
    const before = this.#outcomes.get(listed);
    if (before !== undefined || !this.#listed.has(listed)) {
      throw unbalanced(
        `message ${listed.messageNumber} is ${before ?? 'not listed'} and would be ${outcome}`,
      );
    }
    this.#outcomes.set(listed, outcome);
  }

  /** What was taken for known is another message, or could not be fetched to find out. @throws RUN_UNBALANCED unless it was known */
  revise(listed: ListedMessage, outcome: MessageOutcome): void {
    const before = this.#outcomes.get(listed);
    if (before !== 'known') {
      throw unbalanced(
        `message ${listed.messageNumber} is ${before ?? 'undecided'} and would be revised to ${outcome}`,
      );
    }
    this.#outcomes.set(listed, outcome);
  }

  /** `undefined` as long as it is not decided, and of a message that was decided together with others. */
  outcomeOf(listed: ListedMessage): MessageOutcome | undefined {
    return this.#outcomes.get(listed);
  }

  isDecided(listed: ListedMessage): boolean {
    return this.#outcomes.has(listed);
  }

  /** The server confirmed its deletion. */
  deleted(listed: ListedMessage): void {
    this.#deleted.add(listed);
  }

  report(error: unknown): void {
    const reported = toRunError(error);
    this.#errors.push(reported);
    this.#observer?.failed?.(reported);
  }

  /** What ends the run before its end. */
  stopFor(error: unknown): void {
    this.#isStopped = true;
    if (error instanceof MailferryError) this.retryAfterMs = error.retryAfterMs;
    this.report(error);
  }

  notice(code: RunNotice['code'], message: string): void {
    const notice = { code, message };
    this.#notices.push(notice);
    this.#observer?.noticed?.(notice);
  }

  get errors(): readonly RunError[] {
    return this.#errors;
  }

  get notices(): readonly RunNotice[] {
    return this.#notices;
  }

  get outcome(): RunOutcome {
    if (this.#isStopped) return 'stopped';
    return this.#errors.length > 0 ? 'partial' : 'complete';
  }

  /**
   * What a stopped run did not decide is deferred. @throws RUN_UNBALANCED if another one did not decide everything: a bug
   * of ours that must not pass for a good run
   */
  counts(): RunCounts {
    const states = { known: 0, stored: 0, duplicate: 0, skipped: 0, quarantined: 0, failed: 0, deferred: 0 };
    for (const outcome of this.#outcomes.values()) states[outcome] += 1;
    states.known += this.#together.known;
    states.skipped += this.#together.skipped;
    if (this.#isStopped) states.deferred += this.#listed.length - this.#decided;
    const counts = { listed: this.#listed.length, ...states };
    if (!isBalanced(counts)) throw unbalanced(`the counts are ${JSON.stringify(counts)}`);
    return counts;
  }

  /** `undefined` if there was no listing, or the run did not come to its end. */
  listingMark(): ListingMark | undefined {
    if (!this.#isListed || this.#isStopped) return undefined;
    let recorded = this.#together.known;
    for (const [listed, outcome] of this.#outcomes)
      if (listed.uidl !== undefined && RECORDED.includes(outcome) && !this.#deleted.has(listed))
        recorded += 1;
    return { rows: this.#listed.length - this.#deleted.size, recorded };
  }

  get #decided(): number {
    return this.#outcomes.size + this.#together.known + this.#together.skipped;
  }
}

function unbalanced(what: string): MailferryError {
  return new MailferryError(`the run does not balance: ${what}`, {
    code: 'RUN_UNBALANCED',
    scope: 'account',
    retryable: false,
    hint: 'this is a mistake in Mailferry: please report it. Nothing was deleted on its account',
  });
}
