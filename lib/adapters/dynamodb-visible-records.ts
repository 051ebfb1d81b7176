// Items of messages, in the order of their keys, as the records they stand for.

import type { MessageRecord } from '../core/record.ts';
import { readText } from './dynamodb-attributes.ts';
import type { Item } from './dynamodb-attributes.ts';
import { toRecord } from './dynamodb-items.ts';

/**
 * Where there is no UIDL, the main item may hold a failure although messages were stored since: it counts no more then.
 * (To remove it would take a second write with each message, or a transaction.)
 */
export async function* visibleRecords(items: AsyncIterable<Item>): AsyncGenerator<MessageRecord> {
  let held: { readonly record: MessageRecord; readonly sk: string } | undefined;
  for await (const item of items) {
    const record = toRecord(item);
    const sk = readText(item, 'sk');
    if (held !== undefined && !sk.startsWith(`${held.sk}#`)) yield held.record;
    held = record.state === 'stored' ? undefined : { record, sk };
    if (record.state === 'stored') yield record;
  }
  if (held !== undefined) yield held.record;
}
