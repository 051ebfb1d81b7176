// Every record of the source's ledger into the target's: that of a stored message only once its object is in the target,
// proven. One whose object is not gets the mark `lost`, so that the target never believes to have mail that it has not.

import type { AccountId } from '../core/account.ts';
import { toMetadata } from '../core/ingest-metadata.ts';
import { inParallel } from '../core/in-parallel.ts';
import { rawKey } from '../core/keys.ts';
import type { IngestFacts } from '../core/message/document.ts';
import type { MessageRecord, RecordMark, StoredRecord } from '../core/record.ts';
import { AT_ONCE, mayGoOn } from './account-move.ts';
import type { AccountMove } from './account-move.ts';
import { copyMessageObject } from './copy-object.ts';
import { isLedgerShared } from './move-ports.ts';
import { orderParsing } from './order-parsing.ts';
import { inGroups, TargetRecords } from './records-there.ts';
import { isSame, isTargetsOwn } from './same-record.ts';

/**
 * @throws INTERRUPTED, LEASE_LOST, and what the target throws; what is copied stays copied
 */
export async function copyMessages(move: AccountMove): Promise<void> {
  const target = new TargetRecords(move);
  // An object is told one UIDL: if there is one under which its octets were fetched, that.
  for (const isProven of [true, false]) {
    const records = move.ports.source.ledger.records(move.account);
    for await (const group of inGroups(select(records, (record) => isFetched(record) === isProven))) {
      const there = await target.find(group);
      await inParallel(group, AT_ONCE, async (record) => {
        await mayGoOn(move);
        await copyRecord(record, there.get(record), move);
        move.options.observer?.done?.('record');
      });
    }
  }
}

async function* select<T>(items: AsyncIterable<T>, isWanted: (item: T) => boolean): AsyncGenerator<T> {
  for await (const item of items) if (isWanted(item)) yield item;
}

function isFetched(record: MessageRecord): boolean {
  return record.state !== 'stored' || record.identifiedBy === 'octets';
}

async function copyRecord(
  record: MessageRecord,
  there: MessageRecord | undefined,
  move: AccountMove,
): Promise<void> {
  const { records } = move.book;
  const wanted = record.state === 'stored' ? await withObject(record, there, move) : record;
  const outcome = await write(wanted, there, move);
  records[outcome] += 1;
  if (outcome === 'kept') move.book.keep(record);
}

/** @returns the record as it is to be in the target */
async function withObject(
  record: StoredRecord,
  there: MessageRecord | undefined,
  move: AccountMove,
): Promise<StoredRecord> {
  const { account, book } = move;
  const { sha256, listedOctets, headerSha256 } = record;
  const key = rawKey(account, record.dt, sha256);
  const ingest = ingestOf(record, key, account);
  // So that the object can be parsed, and the ledger rebuilt, from the target's objects alone.
  const metadata = toMetadata({ ingest, listedOctets, headerSha256 });
  if (await copyMessageObject({ group: 'raw', key, sha256 }, metadata, move)) {
    await orderParsing(ingest, record.dt, move);
    return record;
  }
  // A file that is there and is not right has its name in the books already.
  book.report(record.mark?.kind === 'lost' ? 'object-lost' : 'object-missing', key);
  // The record that both share is the source's too, which has the message, perhaps.
  return isLedgerShared(move.ports) ? record : { ...record, mark: lostMark(record, there, move) };
}

/** The earliest there is: a move that is repeated changes nothing. */
function lostMark(record: StoredRecord, there: MessageRecord | undefined, move: AccountMove): RecordMark {
  if (record.mark?.kind === 'lost') return record.mark;
  if (there?.state === 'stored' && there.mark?.kind === 'lost') return there.mark;
  return { kind: 'lost', at: move.ports.now(), runId: move.runId };
}

/** Whoever reads it takes the UIDL for one under which the octets were fetched. */
function ingestOf(record: StoredRecord, key: string, account: AccountId): IngestFacts {
  const { sha256, octets, runId, firstSeen } = record;
  const uidl = isFetched(record) ? record.uidl : null;
  const fetchedAt = new Date(firstSeen).toISOString();
  return { account, uidl, sha256, size: octets, rawKey: key, runId, fetchedAt };
}

async function write(
  wanted: MessageRecord,
  there: MessageRecord | undefined,
  { account, ports: { target }, isTargetAhead }: AccountMove,
): Promise<'copied' | 'present' | 'kept'> {
  if (isSame(wanted, there)) return 'present';
  if (isTargetsOwn(wanted, there, isTargetAhead)) return 'kept';
  const { record } = await target.ledger.commit(account, wanted);
  // Of a record that was there a commit has cleared the mark.
  if (wanted.state === 'stored' && record.state === 'stored' && !isSame(wanted.mark, record.mark))
    await target.ledger.mark(account, [wanted], wanted.mark);
  return 'copied';
}
