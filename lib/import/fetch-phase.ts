// One message after the other off whatever session is open: each that comes is handed on to be stored. One that the server
// refuses, or at which the session breaks, is counted against that message and the rest go on.

import { describeError, MailferryError } from '../core/errors.ts';
import { MAX_BROKEN_SESSIONS, SLOW_MESSAGE_MS } from '../core/limits.ts';
import { NEVER_STORED } from '../core/plan.ts';
import type { PlannedFetch } from '../core/plan.ts';
import type { AccountRun } from './account-run.ts';
import { chargeFetched, decideFetched } from './decide-fetched.ts';
import { breaksSession, isTooLarge } from './failed-message.ts';
import { HeldRefusals, serverRefuses } from './held-refusals.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { LookAhead } from './look-ahead.ts';
import type { Maildrop } from './maildrop.ts';
import { isTimeUp, stopReason } from './stop-reason.ts';
import type { StorePhase } from './store-phase.ts';
import { takeMessage } from './take-message.ts';

export class FetchPhase {
  readonly #run: AccountRun;
  readonly #maildrop: Maildrop;
  readonly #lease: LeaseKeeper;
  readonly #stores: StorePhase;
  readonly #refused = new HeldRefusals();
  readonly ahead = new LookAhead();
  #hasCome = false;
  #brokenInARow = 0;
  #isGivenUp = false;

  constructor(run: AccountRun, maildrop: Maildrop, lease: LeaseKeeper, stores: StorePhase) {
    this.#run = run;
    this.#maildrop = maildrop;
    this.#lease = lease;
    this.#stores = stores;
  }

  /** Sessions break one after the other at messages that cannot be set aside: the rest waits for the next run. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /**
   * @returns whether the session goes on; otherwise another is open, and messages that were under way are not decided
   * @throws also what ended the storing
   */
  async fetch(message: PlannedFetch, read: () => AsyncGenerator<Uint8Array, void>): Promise<boolean> {
    const { listed } = message;
    await this.#lease.keep();
    const startedAt = this.#run.ports.now();
    const session = this.#maildrop.sessionNumber;
    let taken;
    try {
      taken = await takeMessage(listed, this.#run, read());
    } catch (error) {
      await this.#failed(message, error, this.#run.ports.now() - startedAt);
      return this.#maildrop.sessionNumber === session;
    }
    this.#hasCome = true;
    this.#brokenInARow = 0;
    this.#stores.begin(message, taken);
    await this.#chargeRefused();
    // Now, before the next is asked for: while an answer is due, nothing can tell the server that we are there.
    await this.#stores.makeRoom();
    this.ahead.note(this.#run.ports.now() - startedAt);
    return true;
  }

  async #failed(message: PlannedFetch, error: unknown, tookMs: number): Promise<void> {
    const { abort, chargesSlowness = true } = this.#run.options;
    if (abort.aborted) {
      // One that alone takes longer than a run has would end every run before it has begun.
      const isLong = chargesSlowness && tookMs > SLOW_MESSAGE_MS;
      const isTooSlow = isTimeUp(abort) && !this.#hasCome && isLong;
      if (isTooSlow) await chargeFetched(message, stopReason(abort), this.#run);
      throw stopReason(abort);
    }
    if (this.#refused.hold(message, error)) {
      if (this.#refused.isTooMany) await this.settleRefused();
    } else if (error instanceof MailferryError && error.scope === 'message') {
      await chargeFetched(message, error, this.#run);
      this.#run.book.report(error);
    } else if (breaksSession(error)) {
      await this.#goOnAfter(message, error);
    } else {
      decideFetched(message, 'failed', this.#run);
      throw error;
    }
  }

  /** The server refused it, and what that means is not known yet. */
  isHeld(message: PlannedFetch): boolean {
    return this.#refused.has(message);
  }

  /** No message came after those that the server refused. @throws POP3_UNAVAILABLE if it is the server, and they wait */
  async settleRefused(): Promise<void> {
    if (!this.#refused.areOfServer(this.#hasCome)) {
      await this.#chargeRefused();
      return;
    }
    const held = this.#refused.take();
    for (const { message } of held) this.#run.book.decide(message.listed, 'deferred');
    throw serverRefuses(held);
  }

  /** The server is well, and what it refused was theirs. */
  async #chargeRefused(): Promise<void> {
    for (const { message, error } of this.#refused.take()) {
      await chargeFetched(message, error, this.#run);
      this.#run.book.report(error);
    }
  }

  /** The message is charged only when the server goes on afterwards: otherwise it was the failure of server or line. */
  async #goOnAfter(message: PlannedFetch, error: unknown): Promise<void> {
    this.#maildrop.drop();
    if (isTooLarge(error)) {
      await chargeFetched(message, error, this.#run);
      await this.#maildrop.reopen();
      return;
    }
    if (this.#maildrop.isPipelining) {
      await this.#goOnOneByOne(message, error);
      return;
    }
    this.#brokenInARow += 1;
    const isLast = this.#brokenInARow >= MAX_BROKEN_SESSIONS;
    if (isLast && NEVER_STORED.includes(message.reason)) {
      await chargeFetched(message, error, this.#run);
      throw error;
    }
    try {
      await this.#maildrop.reopen();
    } catch (failure) {
      // A server that still holds the maildrop for the session that broke is there.
      if (isBusy(failure)) await chargeFetched(message, error, this.#run);
      else decideFetched(message, 'failed', this.#run);
      this.#run.book.report(error);
      throw failure;
    }
    await chargeFetched(message, error, this.#run);
    this.#isGivenUp = isLast;
    this.#run.book.report(error);
    this.#run.book.notice(
      'RECONNECTED',
      `the session ended at message ${message.listed.messageNumber}, and the rest went on in another`,
    );
  }

  /** With several messages under way it may have been that: none is charged with it, and all are asked for again. */
  async #goOnOneByOne(message: PlannedFetch, error: unknown): Promise<void> {
    this.#maildrop.stopPipelining();
    try {
      await this.#maildrop.reopen();
    } catch (failure) {
      decideFetched(message, 'failed', this.#run);
      this.#run.book.report(error);
      throw failure;
    }
    this.#run.book.notice(
      'RECONNECTED',
      `the session ended with several messages under way at message ${message.listed.messageNumber} (${describeError(error)}), and the rest went on in another, one by one`,
    );
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof MailferryError && error.code === 'POP3_MAILDROP_BUSY';
}
