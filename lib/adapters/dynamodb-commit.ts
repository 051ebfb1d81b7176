// The commit of one message's record: single-item conditional writes only. A condition that fails is read about and decided
// again, so that any number of committers at once, and a write whose answer was lost, end in the same records.
//
// What the decisions rest on: an item, once `stored`, stays so and keeps its sha256, and no item is ever removed. `several`
// is set on the main item BEFORE an own item is written, so that a crash between the two leaves nothing that `find` misses.

import type { AccountId } from '../core/account.ts';
import type { FailedRecord, MessageRecord, SkippedRecord, StoredRecord } from '../core/record.ts';
import { NO_UIDL } from '../core/uidl.ts';
import type { Committed } from '../ports/ledger.ts';
import { flag, text } from './dynamodb-attributes.ts';
import type { Item } from './dynamodb-attributes.ts';
import { ledgerBusy } from './dynamodb-errors.ts';
import { assigning } from './dynamodb-expressions.ts';
import {
  attributesFetched,
  mainKey,
  messagePartition,
  ownKey,
  ownPrefix,
  SEVERAL,
  toAttributes,
  toRecord,
} from './dynamodb-items.ts';
import type { DynamodbTable } from './dynamodb-table.ts';

/** More than one is needed only when others commit the same UIDL meanwhile, each of whom got further by it. */
const MAX_DECISIONS = 8;

const UNLESS_STORED = {
  condition: 'attribute_not_exists(#pk) OR #state <> :stored',
  values: { ':stored': text('stored') },
};

/** As Ledger.commit. A write that was made and whose answer was lost is retried, finds itself, and `exists`. */
export async function commitRecord(
  table: DynamodbTable,
  account: AccountId,
  record: MessageRecord,
): Promise<Committed> {
  const commit = new Commit(table, account);
  for (let decisions = 0; decisions < MAX_DECISIONS; decisions += 1) {
    const committed = await (record.state === 'stored' ? commit.stored(record) : commit.unstored(record));
    if (committed !== undefined) return committed;
  }
  throw ledgerBusy(commit.what, table.name, 'others keep changing the records of the same UIDL');
}

/** Each step answers `undefined` when what it was decided by is no longer so. */
class Commit {
  readonly what: string;
  readonly #table: DynamodbTable;
  readonly #account: AccountId;

  constructor(table: DynamodbTable, account: AccountId) {
    this.what = `recording a message of account ${account}`;
    this.#table = table;
    this.#account = account;
  }

  async stored(record: StoredRecord): Promise<Committed | undefined> {
    if (record.uidl === NO_UIDL) return await this.#own(record);
    const key = mainKey(this.#account, record.uidl);
    if (await this.#put(key, record, UNLESS_STORED)) return { outcome: 'new', record };
    const there = await this.#table.get(this.what, key);
    const sha256 = there?.['sha256'];
    if (there === undefined || sha256 === undefined) return undefined;
    if (sha256.S === record.sha256) return await this.#again(key, record);
    if (there[SEVERAL]?.BOOL !== true) {
      const change = { update: `SET #${SEVERAL} = :yes`, condition: '#sha256 = :there' };
      const values = { ':yes': flag(true), ':there': sha256 };
      if (!(await this.#table.update(this.what, key, { ...change, values }))) return undefined;
    }
    return await this.#own(record);
  }

  async unstored(record: SkippedRecord | FailedRecord): Promise<Committed | undefined> {
    if (record.uidl === NO_UIDL) {
      const stored = await this.#anyOwn(record);
      if (stored !== undefined) return { outcome: 'exists', record: stored };
    }
    const key = mainKey(this.#account, record.uidl);
    if (await this.#put(key, record, UNLESS_STORED)) return { outcome: 'new', record };
    const there = await this.#table.get(this.what, key);
    return there?.['sha256'] === undefined ? undefined : { outcome: 'exists', record: toRecord(there) };
  }

  /** The item of one message beside the main item of its UIDL, which says `several` or, where there is no UIDL, is none. */
  async #own(record: StoredRecord): Promise<Committed | undefined> {
    const key = ownKey(this.#account, record);
    if (await this.#put(key, record, { condition: 'attribute_not_exists(#pk)' }))
      return { outcome: 'new', record };
    return await this.#again(key, record);
  }

  /** The same message once more: what `identifiedBy` says is only ever made stronger, `firstSeen` and `runId` stay. */
  async #again(key: Item, record: StoredRecord): Promise<Committed | undefined> {
    const attributes = {
      mark: undefined,
      ...attributesFetched(record),
      ...(record.identifiedBy === 'octets' ? { identifiedBy: text('octets') } : {}),
    };
    const { update, values } = assigning(attributes);
    const item = await this.#table.update(this.what, key, {
      update,
      condition: '#sha256 = :same',
      values: { ...values, ':same': text(record.sha256) },
    });
    return item === undefined ? undefined : { outcome: 'exists', record: toRecord(item) as StoredRecord };
  }

  async #anyOwn({ uidl }: MessageRecord): Promise<MessageRecord | undefined> {
    const range = { pk: messagePartition(this.#account), skPrefix: ownPrefix(uidl), pageItems: 1 };
    for await (const item of this.#table.query(this.what, range)) return toRecord(item);
    return undefined;
  }

  async #put(
    key: Item,
    record: MessageRecord,
    condition: { condition: string; values?: Item },
  ): Promise<boolean> {
    return await this.#table.put(this.what, { ...key, ...toAttributes(record) }, condition);
  }
}
