// What the target's ledger has of records of the source, a group of them at a time.

import type { AccountId } from '../core/account.ts';
import type { MessageRecord, Sha256 } from '../core/record.ts';
import { NO_UIDL } from '../core/uidl.ts';
import type { Uidl } from '../core/uidl.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { AccountMove } from './account-move.ts';

/** Asked for at once. */
const GROUP = 200;

/** As they come, a group at a time. */
export async function* inGroups<T>(items: AsyncIterable<T>): AsyncGenerator<T[], void, undefined> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < GROUP) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** What the target's ledger has of the messages that the source has records of. For one pass over them. */
export class TargetRecords {
  readonly #account: AccountId;
  readonly #ledger: Ledger;
  /** Of messages without UIDL: there may be so many that they are not to be asked for again with every group. */
  #nameless: RecordsOfUidl | undefined;

  constructor({ account, ports }: Pick<AccountMove, 'account' | 'ports'>) {
    this.#account = account;
    this.#ledger = ports.target.ledger;
  }

  /**
   * @returns by record of the source: that of the very same message, or if it is not stored, what there is of its UIDL
   * @throws LEDGER_FAILED
   */
  async find(records: readonly MessageRecord[]): Promise<ReadonlyMap<MessageRecord, MessageRecord>> {
    const uidls = new Set(records.map(({ uidl }) => uidl));
    const known = new Map<Uidl, RecordsOfUidl>();
    if (uidls.delete(NO_UIDL)) known.set(NO_UIDL, await this.#readNameless());
    for (const [uidl, others] of await this.#ledger.find(this.#account, uidls))
      known.set(uidl, new RecordsOfUidl(others));
    const found = new Map<MessageRecord, MessageRecord>();
    for (const record of records) {
      const there = known.get(record.uidl)?.like(record);
      if (there) found.set(record, there);
    }
    return found;
  }

  async #readNameless(): Promise<RecordsOfUidl> {
    if (this.#nameless) return this.#nameless;
    const records: MessageRecord[] = [];
    for await (const record of this.#ledger.records(this.#account))
      if (record.uidl === NO_UIDL) records.push(record);
    this.#nameless = new RecordsOfUidl(records);
    return this.#nameless;
  }
}

/** There may be thousands. */
class RecordsOfUidl {
  readonly #stored = new Map<Sha256, MessageRecord>();
  readonly #first: MessageRecord | undefined;

  constructor(records: readonly MessageRecord[]) {
    [this.#first] = records;
    for (const record of records) if (record.state === 'stored') this.#stored.set(record.sha256, record);
  }

  like(record: MessageRecord): MessageRecord | undefined {
    return record.state === 'stored' ? this.#stored.get(record.sha256) : this.#first;
  }
}
