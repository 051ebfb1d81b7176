// A dispatcher over in-memory ports: the directory, a queue and a sink that remember, and the clock.

import type { Account } from '../../lib/core/account.ts';
import type { FerryEvent } from '../../lib/core/events.ts';
import { dispatchDue } from '../../lib/dispatch/dispatch-due.ts';
import type { DispatchPorts } from '../../lib/dispatch/dispatch-due.ts';
import type { DispatchReport } from '../../lib/dispatch/dispatch-report.ts';
import type { PollJob } from '../../lib/dispatch/poll-sender.ts';
import type { AccountDirectory } from '../../lib/ports/directory.ts';
import type { BulkJobQueue, EventSink } from '../../lib/ports/work.ts';
import { MemoryAccountDirectory } from '../support/memory-account-directory.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MINUTES = 24 * 60;
/** 2026-06-15T00:00:00Z, in minutes: a Monday. */
export const MONDAY = Date.UTC(2026, 5, 15) / MINUTE_MS;

/** Takes everything, until `fault` throws. */
export class RecordedPolls implements BulkJobQueue<PollJob> {
  readonly batches: (readonly PollJob[])[] = [];
  fault: () => void = () => {};

  async enqueue(job: PollJob): Promise<void> {
    await this.enqueueAll([job]);
  }

  async enqueueAll(jobs: readonly PollJob[]): Promise<void> {
    this.fault();
    this.batches.push(jobs);
  }

  /** Those since this was asked last, as `account@minute`. */
  take(): string[] {
    return this.batches
      .splice(0)
      .flat()
      .map(({ account, tick }) => `${account}@${tick}`);
  }
}

/** Takes everything, until `fault` throws. */
export class RecordedEvents implements EventSink {
  readonly events: FerryEvent[] = [];
  fault: () => void = () => {};

  async publish(events: readonly FerryEvent[]): Promise<void> {
    this.fault();
    this.events.push(...events);
  }
}

export interface DispatchWorld {
  readonly directory: MemoryAccountDirectory;
  readonly ledger: MemoryLedger;
  readonly polls: RecordedPolls;
  readonly events: RecordedEvents;
  /** The clock, in minutes of Unix time. */
  minute: number;
  /** @param ports in the place of this world's own */
  tick(ports?: Partial<DispatchPorts>): Promise<DispatchReport>;
}

/** @param staleMs default: a day. The clock stands at MONDAY. */
export async function dispatchWorld(
  accounts: readonly Account[],
  { staleMs = DAY_MINUTES * MINUTE_MS }: { readonly staleMs?: number } = {},
): Promise<DispatchWorld> {
  const now = (): number => world.minute * MINUTE_MS;
  const ledger = new MemoryLedger({ now });
  const own = {
    directory: new MemoryAccountDirectory(ledger, now),
    polls: new RecordedPolls(),
    events: new RecordedEvents(),
  };
  const world: DispatchWorld = {
    ...own,
    ledger,
    minute: MONDAY,
    // Some seconds into the minute.
    tick: async (ports = {}) => await dispatchDue({ ...own, ...ports }, { now: now() + 7000, staleMs }),
  };
  for (const account of accounts) await world.directory.apply(account);
  return world;
}

/** A directory with some of its methods replaced. */
export function overriding(
  directory: AccountDirectory,
  methods: Partial<AccountDirectory>,
): AccountDirectory {
  return {
    view: async (account) => await directory.view(account),
    apply: async (account) => await directory.apply(account),
    remove: async (account) => await directory.remove(account),
    resume: async (account) => await directory.resume(account),
    list: () => directory.list(),
    schedules: async () => await directory.schedules(),
    inSlot: (slot, unreadable) => directory.inSlot(slot, unreadable),
    retriesDue: (afterMs, untilMs) => directory.retriesDue(afterMs, untilMs),
    lastTick: async () => await directory.lastTick(),
    saveTick: async (minute, before) => await directory.saveTick(minute, before),
    saveDrain: async (account, drain, before) => await directory.saveDrain(account, drain, before),
    announced: async (account, runId) => await directory.announced(account, runId),
    ...methods,
  };
}
