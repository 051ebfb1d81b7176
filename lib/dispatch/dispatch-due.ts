// One tick of the dispatcher: asks who is due, sends their polls, and only then notes that the minute is dispatched. A crash
// anywhere repeats polls, which is harmless, and never leaves one out. For the accounts themselves nothing is written.

import type { AccountId } from '../core/account.ts';
import { toEvent } from '../core/events.ts';
import type { AccountStale } from '../core/events.ts';
import type { Schedule } from '../core/schedule.ts';
import type { AccountDirectory, BulkJobQueue, EventSink, ScheduledAccount } from '../ports.ts';
import { judgeAccount } from './judge-account.ts';
import { planTick } from './plan-tick.ts';
import type { DueSlot } from './plan-tick.ts';

/** Look whether the account has anything new. */
export interface PollJob {
  readonly account: AccountId;
  /** Minute of Unix time it was due at: the same when the tick is repeated. */
  readonly tick: number;
}

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

/** What a tick did. The counts are of the accounts whose slot was due. */
export interface DispatchReport {
  readonly minute: number;
  /** `saved` · `stale` another dispatcher was faster, and does what is left · `nothing` the minute was dispatched before. */
  readonly outcome: 'saved' | 'stale' | 'nothing';
  /** Minutes without a tick that were made up for. */
  readonly lateMinutes: number;
  /** Minutes too long ago for that. */
  readonly missedMinutes: number;
  readonly slots: number;
  readonly due: number;
  readonly sent: number;
  /** Backed off after failures. */
  readonly waiting: number;
  readonly suspended: number;
  readonly stale: number;
  /** Of the account that has gone longest without success; 0 if none was due. */
  readonly oldestSuccessAgeMs: number;
  /** Schedules whose times cannot be told: their accounts are not polled. */
  readonly unusable: readonly Schedule[];
  /** Why not everybody was told of stale accounts; they are told of again the next day. */
  readonly eventsFailure: unknown;
}

/** Polls in memory at a time. */
const POLLS_AT_ONCE = 500;
/** A tick that never ends in time must get somewhere: after so many polls what is done is noted. */
const POLLS_BETWEEN_SAVES = 10_000;

const MINUTE_MS = 60_000;

/**
 * @throws QUEUE_FAILED at once; LEDGER_FAILED after the other slots were dispatched. The tick is not saved then: the next one
 *   takes up what was due.
 */
export async function dispatchDue(ports: DispatchPorts, options: DispatchOptions): Promise<DispatchReport> {
  const minute = Math.floor(options.now / MINUTE_MS);
  const last = await ports.directory.lastTick();
  const plan = planTick(await ports.directory.schedules(), last, minute);
  const tick = new Tick(ports, options);
  const outcome = plan.isNew ? await tick.run(plan.due, last, minute) : 'nothing';
  const { due, lateMinutes, missedMinutes, unusable } = plan;
  const { counts, eventsFailure } = tick;
  const missed = { lateMinutes, missedMinutes };
  return { minute, outcome, ...missed, slots: due.length, ...counts, unusable, eventsFailure };
}

class Tick {
  readonly counts = { due: 0, sent: 0, waiting: 0, suspended: 0, stale: 0, oldestSuccessAgeMs: 0 };
  eventsFailure: unknown;
  readonly #ports: DispatchPorts;
  readonly #options: DispatchOptions;

  constructor(ports: DispatchPorts, options: DispatchOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  async run(due: readonly DueSlot[], last: number | undefined, minute: number): Promise<'saved' | 'stale'> {
    let saved = last;
    let sentBefore = 0;
    const failures: unknown[] = [];
    for (const [index, slot] of due.entries()) {
      try {
        await this.#dispatch(slot);
      } catch (error) {
        // A slot that cannot be read must not keep the others waiting; a queue that takes nothing keeps all of them.
        if (error instanceof QueueFailure) throw error.cause;
        failures.push(error);
      }
      const isLastOfMinute = due[index + 1]?.minute !== slot.minute;
      if (!isLastOfMinute || failures.length > 0) continue;
      if (slot.minute >= minute || this.counts.sent - sentBefore < POLLS_BETWEEN_SAVES) continue;
      if ((await this.#ports.directory.saveTick(slot.minute, saved)) === 'stale') return 'stale';
      saved = slot.minute;
      sentBefore = this.counts.sent;
    }
    // oxlint-disable-next-line typescript/only-throw-error -- what was thrown is passed on as it is
    if (failures.length > 0) throw failures[0];
    return await this.#ports.directory.saveTick(minute, saved);
  }

  async #dispatch(slot: DueSlot): Promise<void> {
    let polls: PollJob[] = [];
    let stale: AccountStale[] = [];
    for await (const account of this.#ports.directory.inSlot(slot.slot)) {
      const { action, isNews } = this.#count(account, slot);
      if (action === 'poll') polls.push({ account: account.id, tick: slot.minute });
      if (isNews) stale.push(toStaleEvent(account, slot));
      if (polls.length >= POLLS_AT_ONCE) polls = await this.#send(polls);
      if (stale.length >= POLLS_AT_ONCE) stale = await this.#tell(stale);
    }
    await this.#send(polls);
    await this.#tell(stale);
  }

  #count(account: ScheduledAccount, slot: DueSlot): ReturnType<typeof judgeAccount> {
    const verdict = judgeAccount(account, slot, this.#options);
    const { counts } = this;
    counts.due += 1;
    if (verdict.action === 'wait') counts.waiting += 1;
    if (verdict.action === 'suspended') counts.suspended += 1;
    if (verdict.isStale) counts.stale += 1;
    counts.oldestSuccessAgeMs = Math.max(counts.oldestSuccessAgeMs, verdict.successAgeMs);
    return verdict;
  }

  async #send(polls: readonly PollJob[]): Promise<PollJob[]> {
    if (polls.length === 0) return [];
    try {
      await this.#ports.polls.enqueueAll(polls);
    } catch (error) {
      throw new QueueFailure('', { cause: error });
    }
    this.counts.sent += polls.length;
    return [];
  }

  /** What nobody can be told must not keep anybody's mail waiting. After a failure no more is tried in this tick. */
  async #tell(events: readonly AccountStale[]): Promise<AccountStale[]> {
    if (events.length === 0 || this.eventsFailure !== undefined) return [];
    try {
      await this.#ports.events?.publish(events);
    } catch (error) {
      this.eventsFailure = error;
    }
    return [];
  }
}

/** Carries what the queue threw past the handling of slots. */
class QueueFailure extends Error {}

/** One a day: its id is the same whenever the tick is repeated. */
function toStaleEvent({ id, lastSuccessAt }: ScheduledAccount, { minute }: DueSlot): AccountStale {
  const happened = minute * MINUTE_MS;
  const day = new Date(happened).toISOString().slice(0, 10);
  return toEvent('mailferry.account.stale', `account.stale/${id}/${day}`, happened, {
    account: id,
    lastSuccessAt: lastSuccessAt === undefined ? null : new Date(lastSuccessAt).toISOString(),
  });
}
