// Reads what is known of many UIDLs for as little as can be. DynamoDB bills an item that is asked for by its key as 4 KB, and
// whether or not it is there; items that are read in their order are billed by their octets, a twelfth of that. So many
// UIDLs are found by reading the account's records one after the other, and only if they prove to be far more than was
// asked for, the rest is asked for by its keys.

import type { AccountId } from '../core/account.ts';
import type { Uidl } from '../core/uidl.ts';
import { inParallel } from '../core/in-parallel.ts';
import { inBatches } from './in-batches.ts';
import { readText } from './dynamodb-attributes.ts';
import type { Item } from './dynamodb-attributes.ts';
import { mainKey, messagePartition, uidlHash } from './dynamodb-items.ts';
import { MAX_BATCH_KEYS } from './dynamodb-table.ts';
import type { DynamodbTable } from './dynamodb-table.ts';

/** Well below what one partition gives, and enough to hide the way there and back. */
const CALLS_AT_ONCE = 8;
/** Up to so many are asked for by their keys. */
const FEW_UIDLS = 2 * MAX_BATCH_KEYS;
/** Items that are read in their order for each one asked for, at most: that costs less than half of asking for all by key. */
const MOST_READ_FOR_ONE = 5;

/**
 * The main items there are of these UIDLs, each once, and perhaps further items of the account. Strongly consistent.
 * @param what for the text of an error
 */
export async function readMainItems(
  table: DynamodbTable,
  what: string,
  account: AccountId,
  uidls: ReadonlySet<Uidl>,
  take: (item: Item) => void,
): Promise<void> {
  const readTo = uidls.size <= FEW_UIDLS ? '' : await readInOrder(table, what, account, uidls.size, take);
  if (readTo === undefined) return;
  const left = readTo === '' ? uidls : [...uidls].filter((uidl) => uidlHash(uidl) > readTo);
  await inParallel(inBatches(MAX_BATCH_KEYS, left), CALLS_AT_ONCE, async (batch) => {
    const keys = batch.map((uidl) => mainKey(account, uidl));
    for (const item of await table.getBatch(what, keys)) take(item);
  });
}

/** @returns the sort key up to which all was read, `undefined` if that was all there is */
async function readInOrder(
  table: DynamodbTable,
  what: string,
  account: AccountId,
  asked: number,
  take: (item: Item) => void,
): Promise<string | undefined> {
  let read = 0;
  for await (const item of table.query(what, { pk: messagePartition(account) })) {
    take(item);
    read += 1;
    if (read >= asked * MOST_READ_FOR_ONE) return readText(item, 'sk');
  }
  return undefined;
}
