// Telling others of accounts that are stale. What nobody can be told must not keep anybody's mail waiting: after a failure no
// more is tried in this tick.

import { toEvent } from '../core/events.ts';
import type { AccountStale } from '../core/events.ts';
import type { EventSink } from '../ports/work.ts';
import type { ScheduledAccount } from '../ports/directory.ts';

/** Events in memory at a time. */
const EVENTS_AT_ONCE = 500;

const MINUTE_MS = 60_000;

export class StaleTeller {
  /** Why not everybody was told. */
  failure: unknown;
  readonly #sink: EventSink | undefined;
  #events: AccountStale[] = [];

  /** @param sink without one nobody is told */
  constructor(sink: EventSink | undefined) {
    this.#sink = sink;
  }

  /** @param minute of Unix time in which it was seen */
  async add(account: ScheduledAccount, minute: number): Promise<void> {
    this.#events.push(toStaleEvent(account, minute));
    if (this.#events.length >= EVENTS_AT_ONCE) await this.flush();
  }

  async flush(): Promise<void> {
    const events = this.#events;
    this.#events = [];
    if (events.length === 0 || this.failure !== undefined) return;
    try {
      await this.#sink?.publish(events);
    } catch (error) {
      this.failure = error;
    }
  }
}

/** One a day: its id is the same whenever the tick is repeated. */
function toStaleEvent({ id, lastSuccessAt }: ScheduledAccount, minute: number): AccountStale {
  const happened = minute * MINUTE_MS;
  const day = new Date(happened).toISOString().slice(0, 10);
  return toEvent('mailferry.account.stale', `account.stale/${id}/${day}`, happened, {
    account: id,
    lastSuccessAt: lastSuccessAt === undefined ? null : new Date(lastSuccessAt).toISOString(),
  });
}
