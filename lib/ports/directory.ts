// A port: The accounts that are polled by schedule.
// Expected outcomes are return values; anything thrown is a MailferryError.

import type { AccountState } from '../core/account-state.ts';
import type { Account, AccountId } from '../core/account.ts';
import type { Drain } from '../core/drain.ts';
import type { Schedule, Slot } from '../core/schedule.ts';

/** What an account is to be, as its owner's configuration says. */
export interface AppliedAccount {
  readonly account: Account;
  /** Epoch milliseconds of the last change to it. */
  readonly appliedAt: number;
}

/** An account and all that decides whether and how it is worked on, by one strongly consistent read. */
export interface AccountView {
  /** `undefined` if nobody has applied it, or it was removed. */
  readonly applied: AppliedAccount | undefined;
  readonly state: AccountState;
  readonly drain: Drain | undefined;
  /** The last run whose events were published. */
  readonly announcedRunId: string | undefined;
}

/** An account as the index of schedules shows it: a moment late, perhaps. */
export interface ScheduledAccount {
  readonly id: AccountId;
  readonly slot: Slot;
  readonly appliedAt: number;
  /** Not before this time, after failures. */
  readonly nextAttemptAt: number | undefined;
  readonly suspendedFor: string | undefined;
  /** Renewed within an hour by an account that is well, not by each poll. */
  readonly lastSuccessAt: number | undefined;
}

/** The accounts that are worked on without anybody asking. Removing one never touches what the ledger knows of its mail. */
export interface AccountDirectory {
  /** @throws LEDGER_FAILED */
  view(account: AccountId): Promise<AccountView>;
  /**
   * Put the account there, or change it. A change ends its suspension, and it is polled in its next turn.
   * @throws LEDGER_FAILED
   */
  apply(account: Account): Promise<'created' | 'changed' | 'unchanged'>;
  /** @returns whether it was there. @throws LEDGER_FAILED */
  remove(account: AccountId): Promise<boolean>;
  /** End its suspension and its back-off. @throws LEDGER_FAILED */
  resume(account: AccountId): Promise<void>;
  /** All accounts of all slots, in no particular order. @throws LEDGER_FAILED */
  list(): AsyncIterable<ScheduledAccount>;
  /** The schedules that accounts have, each once; one that nobody has any more may be among them. @throws LEDGER_FAILED */
  schedules(): Promise<readonly Schedule[]>;
  /**
   * @param unreadable told of each account that is passed over because what is shown of it cannot be read; without it that
   *   is thrown
   * @throws LEDGER_FAILED
   */
  inSlot(slot: Slot, unreadable?: (error: unknown) => void): AsyncIterable<ScheduledAccount>;
  /**
   * The accounts, of all slots but the paused, whose `nextAttemptAt` is later than `afterMs` and not later than `untilMs`, in
   * its order; a moment late, perhaps. Both are whole epoch milliseconds.
   * @throws LEDGER_FAILED
   */
  retriesDue(afterMs: number, untilMs: number): AsyncIterable<AccountId>;
  /** The last minute of Unix time that was dispatched; `undefined` before the first. @throws LEDGER_FAILED */
  lastTick(): Promise<number | undefined>;
  /** @returns `stale` if another dispatcher was faster: nothing is written then. @throws LEDGER_FAILED */
  saveTick(minute: number, before: number | undefined): Promise<'saved' | 'stale'>;
  /**
   * Change the account's drain from what it was, told by id, slice and isSent. `undefined`: there is none.
   * @returns `stale` if it is another one by now: nothing is written then. @throws LEDGER_FAILED
   */
  saveDrain(
    account: AccountId,
    drain: Drain | undefined,
    before: Drain | undefined,
  ): Promise<'saved' | 'stale'>;
  /** The run's events are published. @throws LEDGER_FAILED */
  announced(account: AccountId, runId: string): Promise<void>;
}
