// What the target's ledger has of records of the source, a group of them at a time.

import type { MessageRecord, Sha256 } from '../core/record.ts';
import { NO_UIDL } from '../core/uidl.ts';
import type { Uidl } from '../core/uidl.ts';
import type { AccountMove } from './account-move.ts';

/** Asked for at once. */
const GROUP = 200;

/** @throws LEDGER_FAILED */
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

/** What a ledger has of one UIDL. There may be thousands. */
export class RecordsOfUidl {
  readonly #stored = new Map<Sha256, MessageRecord>();
  #first: MessageRecord | undefined;

  add(record: MessageRecord): void {
    this.#first ??= record;
    if (record.state === 'stored') this.#stored.set(record.sha256, record);
  }

  /** The record of the very message that `record` is of; of one not stored, what there is of its UIDL. */
  like(record: MessageRecord): MessageRecord | undefined {
    return record.state === 'stored' ? this.#stored.get(record.sha256) : this.#first;
  }
}

/**
 * @returns what the target has of each. Those without UIDL are passed over: there may be so many that they are not to be
 *          asked for again with every group
 * @throws LEDGER_FAILED
 */
export async function findThere(
  records: readonly MessageRecord[],
  { account, ports: { target } }: Pick<AccountMove, 'account' | 'ports'>,
): Promise<ReadonlyMap<MessageRecord, MessageRecord>> {
  const uidls = new Set(records.map(({ uidl }) => uidl));
  uidls.delete(NO_UIDL);
  const known = new Map<Uidl, RecordsOfUidl>();
  for (const [uidl, others] of await target.ledger.find(account, uidls)) {
    const ofUidl = new RecordsOfUidl();
    for (const other of others) ofUidl.add(other);
    known.set(uidl, ofUidl);
  }
  const found = new Map<MessageRecord, MessageRecord>();
  for (const record of records) {
    const there = known.get(record.uidl)?.like(record);
    if (there) found.set(record, there);
  }
  return found;
}

/** All that the target has without UIDL. @throws LEDGER_FAILED */
export async function findWithoutUidl({
  account,
  ports: { target },
}: Pick<AccountMove, 'account' | 'ports'>): Promise<RecordsOfUidl> {
  const found = new RecordsOfUidl();
  for await (const record of target.ledger.records(account)) if (record.uidl === NO_UIDL) found.add(record);
  return found;
}
