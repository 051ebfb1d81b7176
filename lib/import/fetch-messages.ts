// Fetches what the plan says, oldest first. A message the server refuses, or at which the session breaks, is counted
// against that message and the rest go on; anything else ends the run.

import { MailferryError } from '../core/errors.ts';
import { MAX_BROKEN_SESSIONS } from '../core/limits.ts';
import type { DeletionCandidate } from '../core/plan-deletions.ts';
import { countRows } from '../core/plan.ts';
import type { FetchReason, PlannedFetch, PlannedMessage } from '../core/plan.ts';
import type { AccountRun } from './account-run.ts';
import { breaksSession, chargeFailure, isTooLarge } from './failed-message.ts';
import { importMessage } from './import-message.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Maildrop } from './maildrop.ts';
import { isTimeUp, stopReason } from './stop-reason.ts';

/**
 * What was never fetched goes first, so that a message which fails again and again keeps no other waiting.
 * @returns the messages fetched whose octets are known to be what the present session has under their number
 * @throws what ends the run; what is committed stays committed
 */
export async function fetchMessages(
  plan: readonly PlannedMessage[],
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
): Promise<readonly DeletionCandidate[]> {
  const phase = new FetchPhase(run, maildrop, lease);
  const { stop } = run.options;
  for (const message of inUrgency(plan)) {
    if (run.book.isDecided(message.listed)) continue;
    // A run without any progress is no success, or an account that never gets further would look well.
    if (stop.aborted && !phase.hasFetched && !run.book.hasNoticed('UIDL_TURNOVER')) throw stopReason(stop);
    // Gone since the first session, or not to be told from others in this one: the next run decides.
    if (stop.aborted || !maildrop.has(message.listed)) run.book.decide(message.listed, 'deferred');
    else await phase.fetch(message);
  }
  return phase.proven;
}

const NEVER_FETCHED: readonly FetchReason[] = ['new', 'no-uidl', 'ambiguous-uidl'];

function inUrgency(plan: readonly PlannedMessage[]): PlannedFetch[] {
  const fetches = plan.filter((message) => message.action === 'fetch');
  const isUrgent = ({ reason }: PlannedFetch): boolean => NEVER_FETCHED.includes(reason);
  return [...fetches.filter(isUrgent), ...fetches.filter((message) => !isUrgent(message))];
}

class FetchPhase {
  readonly #run: AccountRun;
  readonly #maildrop: Maildrop;
  readonly #lease: LeaseKeeper;
  #proven: DeletionCandidate[] = [];
  #hasFetched = false;
  #brokenInARow = 0;

  constructor(run: AccountRun, maildrop: Maildrop, lease: LeaseKeeper) {
    this.#run = run;
    this.#maildrop = maildrop;
    this.#lease = lease;
  }

  get proven(): readonly DeletionCandidate[] {
    return this.#proven;
  }

  get hasFetched(): boolean {
    return this.#hasFetched;
  }

  async fetch(message: PlannedFetch): Promise<void> {
    const { listed } = message;
    await this.#lease.keep();
    let imported;
    try {
      imported = await importMessage(listed, () => message.firstSeen, this.#run, this.#maildrop);
    } catch (error) {
      await this.#failed(message, error);
      return;
    }
    this.#hasFetched = true;
    this.#brokenInARow = 0;
    this.#decide(message, imported.outcome);
    this.#proven.push({ listed, record: imported.record });
  }

  async #failed(message: PlannedFetch, error: unknown): Promise<void> {
    const { abort } = this.#run.options;
    if (abort.aborted) {
      await this.#chargeIfTooSlow(message, abort);
      throw stopReason(abort);
    }
    if (error instanceof MailferryError && error.scope === 'message') {
      await this.#charge(message, error);
      this.#run.book.report(error);
    } else if (breaksSession(error)) {
      await this.#goOnAfter(message, error);
    } else {
      this.#decide(message, 'failed');
      throw error;
    }
  }

  /** A message that alone takes longer than a run has would end every run before it has begun. */
  async #chargeIfTooSlow(message: PlannedFetch, abort: AbortSignal): Promise<void> {
    if (isTimeUp(abort) && !this.#hasFetched) await this.#charge(message, stopReason(abort));
  }

  /** The message is charged only when the server goes on afterwards: otherwise it was the failure of server or line. */
  async #goOnAfter(message: PlannedFetch, error: unknown): Promise<void> {
    this.#maildrop.drop();
    if (isTooLarge(error)) {
      await this.#charge(message, error);
      await this.#reopen();
      return;
    }
    this.#brokenInARow += 1;
    if (this.#brokenInARow >= MAX_BROKEN_SESSIONS) {
      await this.#charge(message, error);
      throw error;
    }
    try {
      await this.#reopen();
    } catch (failure) {
      // A server that still holds the maildrop for the session that broke is there.
      if (isBusy(failure)) await this.#charge(message, error);
      else this.#decide(message, 'failed');
      this.#run.book.report(error);
      throw failure;
    }
    await this.#charge(message, error);
    this.#run.book.report(error);
    this.#run.book.notice(
      'RECONNECTED',
      `the session ended at message ${message.listed.messageNumber}, and the rest went on in another`,
    );
  }

  /** What only the number of an earlier session identified may be another message now. */
  async #reopen(): Promise<void> {
    await this.#maildrop.reopen();
    const rows = countRows(this.#maildrop.listing);
    this.#proven = this.#proven.filter(
      ({ listed }) => listed.uidl !== undefined && rows.get(listed.uidl) === 1,
    );
  }

  async #charge(message: PlannedFetch, error: unknown): Promise<void> {
    this.#decide(message, await chargeFailure(message, error, this.#run));
  }

  #decide(
    message: PlannedFetch,
    outcome: 'stored' | 'duplicate' | 'skipped' | 'quarantined' | 'failed',
  ): void {
    this.#run.book.decide(message.listed, outcome);
    this.#run.options.observer?.decided?.(outcome);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof MailferryError && error.code === 'POP3_MAILDROP_BUSY';
}
