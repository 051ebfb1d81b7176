// One tick of the dispatcher: asks who is due, sends their polls, and only then notes that the minute is dispatched. A crash
// anywhere repeats polls, which is harmless, and never leaves one out. For the accounts themselves nothing is written.

import type { AccountDirectory, ScheduledAccount } from '../ports/directory.ts';
import type { BulkJobQueue, EventSink } from '../ports/work.ts';
import { NO_ACCOUNTS } from './dispatch-report.ts';
import type { DispatchReport } from './dispatch-report.ts';
import { judgeAccount } from './judge-account.ts';
import { planTick } from './plan-tick.ts';
import type { DueSlot } from './plan-tick.ts';
import { PollSender, QueueFailure } from './poll-sender.ts';
import type { PollJob } from './poll-sender.ts';
import { StaleTeller } from './stale-teller.ts';

export interface DispatchPorts {
  readonly directory: AccountDirectory;
  readonly polls: BulkJobQueue<PollJob>;
  /** Without one nobody is told of stale accounts but by the counts. */
  readonly events: EventSink | undefined;
}

export interface DispatchOptions {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Without success for so long an account is stale. */
  readonly staleMs: number;
}

/** A tick that never ends in time must get somewhere: after so many polls what is done is noted. */
const POLLS_BETWEEN_SAVES = 10_000;

/**
 * An account whose back-off is over is sent a poll so much later: the poll, by a clock that is a little behind, must find
 * it over too, and a failure that was written late must not be missed.
 */
const RETRY_DELAY_MS = 10_000;

const MINUTE_MS = 60_000;

/**
 * @throws QUEUE_FAILED at once; LEDGER_FAILED after the other slots were dispatched. The tick is not saved then: the next one
 *   takes up what was due.
 */
export async function dispatchDue(ports: DispatchPorts, options: DispatchOptions): Promise<DispatchReport> {
  const minute = Math.floor(options.now / MINUTE_MS);
  const last = await ports.directory.lastTick();
  const plan = planTick(await ports.directory.schedules(), last, minute);
  const { due, lateMinutes, missedMinutes, unusable } = plan;
  const tick = new Tick(ports, options, { minute, last, after: minute - 1 - lateMinutes });
  const outcome = plan.isNew ? await tick.run(due) : 'nothing';
  const missed = { lateMinutes, missedMinutes };
  return { minute, outcome, ...missed, slots: due.length, ...tick.report(), unusable };
}

/** In minutes of Unix time. */
interface TickTimes {
  readonly minute: number;
  /** The cursor as it was read. */
  readonly last: number | undefined;
  /** What fell due after this is made up for. */
  readonly after: number;
}

class Tick {
  readonly #counts = { ...NO_ACCOUNTS };
  readonly #directory: AccountDirectory;
  readonly #options: DispatchOptions;
  readonly #minute: number;
  readonly #polls: PollSender;
  readonly #stale: StaleTeller;
  readonly #failures: unknown[] = [];
  #saved: number | undefined;
  #sentBefore = 0;
  #retriedUntil: number;

  constructor(ports: DispatchPorts, options: DispatchOptions, { minute, last, after }: TickTimes) {
    this.#directory = ports.directory;
    this.#polls = new PollSender(ports.polls);
    this.#stale = new StaleTeller(ports.events);
    this.#options = options;
    this.#minute = minute;
    this.#saved = last;
    this.#retriedUntil = after;
  }

  report() {
    return { ...this.#counts, sent: this.#polls.sent, eventsFailure: this.#stale.failure };
  }

  async run(due: readonly DueSlot[]): Promise<'saved' | 'stale'> {
    for (const [index, slot] of due.entries()) {
      await this.#attempt(async () => await this.#dispatch(slot));
      const isLastOfMinute = due[index + 1]?.minute !== slot.minute;
      if (!isLastOfMinute || slot.minute >= this.#minute) continue;
      if (this.#polls.sent - this.#sentBefore < POLLS_BETWEEN_SAVES) continue;
      if ((await this.#save(slot.minute)) === 'stale') return 'stale';
    }
    const outcome = await this.#save(this.#minute);
    // oxlint-disable-next-line typescript/only-throw-error -- what was thrown is passed on as it is
    if (outcome === 'failed') throw this.#failures[0];
    return outcome;
  }

  /** A slot that cannot be read must not keep the others waiting; a queue that takes nothing keeps all of them. */
  async #attempt(part: () => Promise<void>): Promise<void> {
    try {
      await part();
    } catch (error) {
      if (error instanceof QueueFailure) throw error.cause;
      this.#failures.push(error);
    }
  }

  /** The cursor passes over no back-off that ended, and over nothing that failed. */
  async #save(minute: number): Promise<'saved' | 'stale' | 'failed'> {
    await this.#attempt(async () => await this.#retry(minute));
    if (this.#failures.length > 0) return 'failed';
    const outcome = await this.#directory.saveTick(minute, this.#saved);
    this.#saved = minute;
    this.#sentBefore = this.#polls.sent;
    return outcome;
  }

  /** Those whose back-off has ended some time before the minute begins: later in it no poll would find it over. */
  async #retry(minute: number): Promise<void> {
    const after = this.#retriedUntil * MINUTE_MS - RETRY_DELAY_MS;
    const until = minute * MINUTE_MS - RETRY_DELAY_MS;
    this.#retriedUntil = minute;
    try {
      for await (const account of this.#directory.retriesDue(after, until)) {
        await this.#polls.add({ account, tick: this.#minute });
        this.#counts.retried += 1;
      }
    } finally {
      await this.#polls.flush();
    }
  }

  async #dispatch(slot: DueSlot): Promise<void> {
    const counts = this.#counts;
    const passOver = (error: unknown): void => {
      counts.unreadable += 1;
      counts.unreadableFailure ??= error;
    };
    try {
      for await (const account of this.#directory.inSlot(slot.slot, passOver)) {
        const { action, isNews } = this.#count(account, slot);
        if (action === 'poll') await this.#polls.add({ account: account.id, tick: slot.minute });
        if (isNews) await this.#stale.add(account, slot.minute);
      }
    } finally {
      // Those who were read before a failure do not wait for the rest.
      await this.#polls.flush();
      await this.#stale.flush();
    }
  }

  #count(account: ScheduledAccount, slot: DueSlot): ReturnType<typeof judgeAccount> {
    const verdict = judgeAccount(account, slot, this.#options);
    const counts = this.#counts;
    counts.due += 1;
    if (verdict.action === 'wait') counts.waiting += 1;
    if (verdict.action === 'suspended') counts.suspended += 1;
    if (verdict.isStale) counts.stale += 1;
    counts.oldestSuccessAgeMs = Math.max(counts.oldestSuccessAgeMs, verdict.successAgeMs);
    return verdict;
  }
}
