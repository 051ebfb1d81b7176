// The AccountDirectory port over the ledger's table. Whatever decides about one account is read from its one item, strongly
// consistent; only the look into a slot goes by the index, and what it shows late the account's run sees right.

import { isDeepStrictEqual } from 'node:util';
import type { Account, AccountId } from '../core/account.ts';
import type { Drain } from '../core/drain.ts';
import { PAUSED_SLOT, scheduleKey } from '../core/schedule.ts';
import type { Schedule, Slot } from '../core/schedule.ts';
import type { AccountDirectory, AccountView, ScheduledAccount } from '../ports/directory.ts';
import {
  CURSOR_KEY,
  fromDrain,
  RETRY_INDEX,
  SCHEDULES_PARTITION,
  SLOT_INDEX,
  toAccountId,
  toDrain,
  toSchedule,
  toScheduledAccount,
  toScheduleItem,
  toView,
} from './dynamodb-account-item.ts';
import { applyAccount, removeAccount, resumeAccount } from './dynamodb-apply-account.ts';
import { flag, number, readNumber, text } from './dynamodb-attributes.ts';
import type { Item } from './dynamodb-attributes.ts';
import { unreadableItem } from './dynamodb-errors.ts';
import { assigning, ifStill } from './dynamodb-expressions.ts';
import type { Condition } from './dynamodb-expressions.ts';
import { RETRY_PARTITION, stateKey } from './dynamodb-state-item.ts';
import type { DynamodbTable } from './dynamodb-table.ts';

export interface AccountDirectoryOptions {
  /** `apply` replaces what a later version of this program wrote: for whom what is applied is the truth. Default: false. */
  readonly replacesUnreadable?: boolean;
}

export class DynamodbAccountDirectory implements AccountDirectory {
  readonly #table: DynamodbTable;
  readonly #now: () => number;
  readonly #replacesUnreadable: boolean;
  /** Keys of schedules this object has put there: they are never removed, so once is enough. */
  readonly #announced = new Set<string>();

  /** @param table closed by whoever opened it; `now` in epoch milliseconds */
  constructor(
    table: DynamodbTable,
    now: () => number,
    { replacesUnreadable = false }: AccountDirectoryOptions = {},
  ) {
    this.#table = table;
    this.#now = now;
    this.#replacesUnreadable = replacesUnreadable;
  }

  async view(account: AccountId): Promise<AccountView> {
    return toView(await this.#table.get(`reading account ${account}`, stateKey(account)));
  }

  async apply(account: Account): Promise<'created' | 'changed' | 'unchanged'> {
    // Before the account is in a slot, so that no account is ever in one that no dispatcher knows.
    const announce = async (): Promise<void> => {
      if (!account.paused) await this.#announce(account.schedule);
    };
    const applying = { now: this.#now(), announce, replacesUnreadable: this.#replacesUnreadable };
    return await applyAccount(this.#table, account, applying);
  }

  async remove(account: AccountId): Promise<boolean> {
    return await removeAccount(this.#table, account);
  }

  async resume(account: AccountId): Promise<void> {
    await resumeAccount(this.#table, account);
  }

  /** By a scan of the index, which holds accounts and nothing else. */
  async *list(): AsyncGenerator<ScheduledAccount> {
    for await (const item of this.#table.scan('listing the accounts', SLOT_INDEX))
      yield toScheduledAccount(item);
  }

  async schedules(): Promise<readonly Schedule[]> {
    const schedules: Schedule[] = [];
    const range = { pk: SCHEDULES_PARTITION };
    for await (const item of this.#table.query('reading the schedules', range))
      schedules.push(toSchedule(item));
    return schedules;
  }

  async *inSlot(slot: Slot, unreadable?: (error: unknown) => void): AsyncGenerator<ScheduledAccount> {
    const range = { pk: slot, index: SLOT_INDEX };
    for await (const item of this.#table.query(`reading the accounts of ${slot}`, range)) {
      const account = readable(item, unreadable);
      if (account !== undefined) yield account;
    }
  }

  async *retriesDue(afterMs: number, untilMs: number): AsyncGenerator<AccountId> {
    // DynamoDB refuses a range that is empty.
    if (untilMs <= afterMs) return;
    const between = { attribute: 'notBefore', first: afterMs + 1, last: untilMs };
    const range = { pk: RETRY_PARTITION, index: RETRY_INDEX, between };
    for await (const item of this.#table.query('reading whose back-off is over', range)) {
      const slot = item['slot']?.S;
      if (slot !== undefined && slot !== PAUSED_SLOT) yield toAccountId(item);
    }
  }

  async lastTick(): Promise<number | undefined> {
    const cursor = await this.#table.get("reading the dispatcher's cursor", CURSOR_KEY);
    return cursor && readNumber(cursor, 'minute');
  }

  async saveTick(minute: number, before: number | undefined): Promise<'saved' | 'stale'> {
    const item = { ...CURSOR_KEY, minute: number(minute) };
    const condition = ifStill('minute', before === undefined ? undefined : number(before));
    const saved = await this.#table.put("writing the dispatcher's cursor", item, condition);
    return saved ? 'saved' : 'stale';
  }

  async saveDrain(
    account: AccountId,
    drain: Drain | undefined,
    before: Drain | undefined,
  ): Promise<'saved' | 'stale'> {
    const what = `writing the drain of account ${account}`;
    const { update, values } = assigning({ drain: drain && fromDrain(drain) });
    const { condition, values: compared } = ifStillDrain(before);
    const change = { update, condition, values: { ...values, ...compared } };
    if (await this.#table.update(what, stateKey(account), change)) return 'saved';
    // An answer was lost, perhaps: a drain that nobody takes for its own would stand still.
    const there = toDrain((await this.#table.get(what, stateKey(account)))?.['drain']?.M);
    return isDeepStrictEqual(there, drain) ? 'saved' : 'stale';
  }

  async announced(account: AccountId, runId: string): Promise<void> {
    const change = assigning({ announcedRunId: text(runId) });
    await this.#table.update(`noting the events of account ${account}`, stateKey(account), change);
  }

  async #announce(schedule: Schedule): Promise<void> {
    const key = scheduleKey(schedule);
    if (this.#announced.has(key)) return;
    await this.#table.put('writing a schedule', toScheduleItem(schedule));
    this.#announced.add(key);
  }
}

function readable(
  item: Item,
  unreadable: ((error: unknown) => void) | undefined,
): ScheduledAccount | undefined {
  try {
    return toScheduledAccount(item);
  } catch (error) {
    if (unreadable === undefined) throw error;
    unreadable(unreadableItem(`what the index shows of account ${toAccountId(item)}`, error));
    return undefined;
  }
}

function ifStillDrain(before: Drain | undefined): Required<Condition> {
  if (before === undefined) return ifStill('drain', undefined);
  return {
    condition: '#drain.#id = :idBefore AND #drain.#slice = :sliceBefore AND #drain.#isSent = :isSentBefore',
    values: {
      ':idBefore': text(before.id),
      ':sliceBefore': number(before.slice),
      ':isSentBefore': flag(before.isSent),
    },
  };
}
