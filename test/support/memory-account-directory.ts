// An AccountDirectory in memory, true to its port, over the in-memory ledger whose states it shows.

import type { Account, AccountId } from '../../lib/core/account.ts';
import { fromSpec, toSpec } from '../../lib/core/account-spec.ts';
import type { Drain } from '../../lib/core/drain.ts';
import { isHeldBack } from '../../lib/core/fresh-start.ts';
import { PAUSED_SLOT, scheduleKey, slotOf } from '../../lib/core/schedule.ts';
import type { Schedule, Slot } from '../../lib/core/schedule.ts';
import type { AccountDirectory, AccountView, ScheduledAccount } from '../../lib/ports/directory.ts';
import type { MemoryLedger } from './memory-ledger.ts';

interface Entry {
  readonly spec: string;
  readonly slot: Slot;
  readonly appliedAt: number;
}

export class MemoryAccountDirectory implements AccountDirectory {
  readonly #ledger: MemoryLedger;
  readonly #now: () => number;
  readonly #entries = new Map<AccountId, Entry>();
  readonly #schedules = new Map<string, Schedule>();
  readonly #drains = new Map<AccountId, Drain>();
  readonly #announced = new Map<AccountId, string>();
  #tick: number | undefined;

  /** @param now epoch milliseconds */
  constructor(ledger: MemoryLedger, now: () => number) {
    this.#ledger = ledger;
    this.#now = now;
  }

  async view(account: AccountId): Promise<AccountView> {
    const entry = this.#entries.get(account);
    return {
      applied: entry && { account: fromSpec(entry.spec), appliedAt: entry.appliedAt },
      state: await this.#ledger.state(account),
      drain: this.#drains.get(account),
      announcedRunId: this.#announced.get(account),
    };
  }

  async apply(account: Account): Promise<'created' | 'changed' | 'unchanged'> {
    const spec = toSpec(account);
    const before = this.#entries.get(account.id);
    if (before?.spec === spec) return 'unchanged';
    if (!account.paused) this.#schedules.set(scheduleKey(account.schedule), account.schedule);
    const slot = slotOf(account.id, account.schedule, account.paused);
    this.#entries.set(account.id, { spec, slot, appliedAt: this.#now() });
    this.#ledger.startAfresh(account.id, this.#now());
    return before ? 'changed' : 'created';
  }

  async remove(account: AccountId): Promise<boolean> {
    return this.#entries.delete(account);
  }

  async resume(account: AccountId): Promise<void> {
    const { progress } = await this.#ledger.state(account);
    if (progress && isHeldBack(progress)) this.#ledger.startAfresh(account);
  }

  async *list(): AsyncGenerator<ScheduledAccount> {
    for (const [id, { slot, appliedAt }] of this.#entries) {
      const { progress } = await this.#ledger.state(id);
      const { nextAttemptAt, suspendedFor, lastSuccessAt } = progress ?? {};
      yield { id, slot, appliedAt, nextAttemptAt, suspendedFor, lastSuccessAt };
    }
  }

  async schedules(): Promise<readonly Schedule[]> {
    return [...this.#schedules.values()];
  }

  async *inSlot(slot: Slot): AsyncGenerator<ScheduledAccount> {
    for await (const account of this.list()) if (account.slot === slot) yield account;
  }

  async *retriesDue(afterMs: number, untilMs: number): AsyncGenerator<AccountId> {
    const due: { readonly id: AccountId; readonly at: number }[] = [];
    for await (const { id, slot, nextAttemptAt: at } of this.list())
      if (slot !== PAUSED_SLOT && at !== undefined && at > afterMs && at <= untilMs) due.push({ id, at });
    for (const { id } of due.sort((one, other) => one.at - other.at)) yield id;
  }

  async lastTick(): Promise<number | undefined> {
    return this.#tick;
  }

  async saveTick(minute: number, before: number | undefined): Promise<'saved' | 'stale'> {
    if (this.#tick !== before) return 'stale';
    this.#tick = minute;
    return 'saved';
  }

  async saveDrain(
    account: AccountId,
    drain: Drain | undefined,
    before: Drain | undefined,
  ): Promise<'saved' | 'stale'> {
    const there = this.#drains.get(account);
    const isBefore =
      there?.id === before?.id && there?.slice === before?.slice && there?.isSent === before?.isSent;
    if (isBefore && drain) this.#drains.set(account, drain);
    if (isBefore && !drain) this.#drains.delete(account);
    return isBefore ? 'saved' : 'stale';
  }

  async announced(account: AccountId, runId: string): Promise<void> {
    this.#announced.set(account, runId);
  }
}
