// Accounts as the directory keeps them: what is applied lies in the account's one item beside its state; the schedules in
// use and the dispatcher's cursor are items of their own.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { AccountId } from '../core/account.ts';
import { fromSpec } from '../core/account-spec.ts';
import type { Drain } from '../core/drain.ts';
import { scheduleKey } from '../core/schedule.ts';
import type { Schedule, Slot } from '../core/schedule.ts';
import type { AccountView, ScheduledAccount } from '../ports/directory.ts';
import {
  flag,
  number,
  readFlag,
  readJson,
  readNumber,
  readNumberIfAny,
  readText,
  text,
} from './dynamodb-attributes.ts';
import type { Item } from './dynamodb-attributes.ts';
import { accountPartition, toState } from './dynamodb-state-item.ts';
import type { TableIndex } from './dynamodb-table.ts';

/** Every account that is applied, by its slot. It shows `appliedAt`, `notBefore`, `lastSuccessAt` and `suspendedFor`. */
export const SLOT_INDEX: TableIndex = { name: 'slot-index', partitionKey: 'slot' };

/** Every account that waits after failures, in the order of `notBefore`, applied or not. It shows `slot`. */
export const RETRY_INDEX: TableIndex = { name: 'retry-index', partitionKey: 'retry' };

export const SCHEDULES_PARTITION = 'SCHEDULES';

export const CURSOR_KEY: Item = { pk: text('DISPATCH'), sk: text('CURSOR') };

/** @param item `undefined` for an account nobody has applied or run */
export function toView(item: Item | undefined): AccountView {
  const state = toState(item);
  if (item === undefined) return { applied: undefined, state, drain: undefined, announcedRunId: undefined };
  return {
    applied:
      item['spec'] === undefined
        ? undefined
        : { account: fromSpec(readText(item, 'spec')), appliedAt: readNumber(item, 'appliedAt') },
    state,
    drain: toDrain(item['drain']?.M),
    announcedRunId: item['announcedRunId']?.S,
  };
}

/** @param item of an account, as the table or an index shows it */
export function toAccountId(item: Item): AccountId {
  return readText(item, 'pk').slice(accountPartition('' as AccountId).length) as AccountId;
}

/** @param item as the index of slots shows it */
export function toScheduledAccount(item: Item): ScheduledAccount {
  return {
    id: toAccountId(item),
    slot: readText(item, 'slot') as Slot,
    appliedAt: readNumber(item, 'appliedAt'),
    nextAttemptAt: readNumberIfAny(item, 'notBefore'),
    suspendedFor: item['suspendedFor']?.S,
    lastSuccessAt: readNumberIfAny(item, 'lastSuccessAt'),
  };
}

export function toScheduleItem(schedule: Schedule): Item {
  return {
    pk: text(SCHEDULES_PARTITION),
    sk: text(scheduleKey(schedule)),
    schedule: text(JSON.stringify(schedule)),
  };
}

export function toSchedule(item: Item): Schedule {
  return readJson(item, 'schedule') as Schedule;
}

/** A map, so that a condition can name the fields that tell one drain from another. */
export function fromDrain({ id, slice, isSent, at, idleSlices }: Drain): AttributeValue {
  return {
    M: {
      id: text(id),
      slice: number(slice),
      isSent: flag(isSent),
      at: number(at),
      idleSlices: number(idleSlices),
    },
  };
}

export function toDrain(item: Item | undefined): Drain | undefined {
  if (item === undefined) return undefined;
  return {
    id: readText(item, 'id'),
    slice: readNumber(item, 'slice'),
    isSent: readFlag(item, 'isSent'),
    at: readNumber(item, 'at'),
    idleSlices: readNumber(item, 'idleSlices'),
  };
}
