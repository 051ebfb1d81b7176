// The end of a move: every object and every record of the source looked for in the target once more, by its content. Goes by
// its own reading of both, not by what was copied.

import { createHash } from 'node:crypto';
import { inParallel } from '../core/in-parallel.ts';
import { rawKey } from '../core/keys.ts';
import type { MessageRecord, RecordMark, Sha256 } from '../core/record.ts';
import type { Blob } from '../ports/storage.ts';
import { AT_ONCE, mayGoOn } from './account-move.ts';
import type { AccountMove } from './account-move.ts';
import { unlessUnreadable } from './copy-object.ts';
import { listGroup } from './list-group.ts';
import { isLedgerShared } from './move-ports.ts';
import { documentOf } from './own-document.ts';
import { parseObjectName } from './object-name.ts';
import type { ObjectGroup, ObjectName } from './object-name.ts';
import { inGroups, TargetRecords } from './records-there.ts';
import { isSame } from './same-record.ts';

/** @throws INTERRUPTED, LEASE_LOST, ARCHIVE_UNREADABLE */
export async function compareObjects(group: ObjectGroup, move: AccountMove): Promise<void> {
  const { account, ports, book, options } = move;
  const counts = book.compared[group];
  await inParallel(listGroup(group, account, ports.source.blobs), AT_ONCE, async (key) => {
    await mayGoOn(move);
    const name = parseObjectName(group, account, key);
    const isThere = name !== undefined && (await isInTarget(name, move));
    counts.listed += 1;
    if (isThere) counts.same += 1;
    // What was told before is not told again.
    else book.report(name === undefined ? 'foreign-object' : 'object-vanished', key);
    options.observer?.done?.('object');
  });
}

async function isInTarget({ group, key, sha256 }: ObjectName, move: AccountMove): Promise<boolean> {
  const { source, target } = move.ports;
  const expected =
    sha256 === undefined
      ? await unlessUnreadable(key, move, async () => await readProof(await source.blobs.get(key)))
      : { sha256 };
  if (expected === undefined) return false;
  const found = await target.blobs.verify(key, expected);
  if (found === 'different' && group === 'parsed') return await isDocumentThere(key, move);
  if (found === 'different') move.book.report('object-in-the-way', key);
  return found === 'intact';
}

/** Made by the target itself. One that only says why it could not be made does not stand for one that was. */
async function isDocumentThere(key: string, move: AccountMove): Promise<boolean> {
  const { source, target } = move.ports;
  const there = await documentOf(key, target.blobs);
  const isFailure = there?.isFailure === true && (await documentOf(key, source.blobs))?.isFailure === false;
  if (there !== undefined && !isFailure) return true;
  const detail = isFailure ? 'it only says why the message could not be parsed there' : undefined;
  move.book.report('object-in-the-way', key, detail);
  return false;
}

async function readProof(
  octets: AsyncIterable<Uint8Array> | undefined,
): Promise<Pick<Blob, 'sizeOctets' | 'sha256'> | undefined> {
  if (octets === undefined) return undefined;
  const hash = createHash('sha256');
  let sizeOctets = 0;
  for await (const chunk of octets) {
    hash.update(chunk);
    sizeOctets += chunk.length;
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a hexadecimal SHA-256 is what the brand means
  return { sizeOctets, sha256: hash.digest('hex') as Sha256 };
}

/** @throws INTERRUPTED, LEASE_LOST, LEDGER_FAILED */
export async function compareRecords(move: AccountMove): Promise<void> {
  const { account, ports, options } = move;
  const target = new TargetRecords(move);
  for await (const group of inGroups(ports.source.ledger.records(account))) {
    await mayGoOn(move);
    const there = await target.find(group);
    for (const record of group) {
      compareRecord(record, there.get(record), move);
      options.observer?.done?.('record');
    }
  }
}

/** Of one whose object the target has not, the mark is another; of one that the target made itself, anything may be. */
function compareRecord(record: MessageRecord, there: MessageRecord | undefined, move: AccountMove): void {
  const { account, book, ports } = move;
  const { records } = book;
  records.listed += 1;
  const isLeft =
    record.state === 'stored' &&
    !isLedgerShared(ports) &&
    book.hasProblem(rawKey(account, record.dt, record.sha256));
  const wanted = isLeft ? { ...record, mark: lostMarkOf(there) } : record;
  if (there?.state === 'stored' && there.mark?.kind === 'lost') records.lost += 1;
  if (isSame(wanted, there) || (book.isKept(record) && there !== undefined)) return;
  records.different += 1;
  book.reportRecord('record-different', record);
}

/** Which run set it, and when, is the target's. */
function lostMarkOf(there: MessageRecord | undefined): RecordMark | undefined {
  const mark = there?.state === 'stored' ? there.mark : undefined;
  return mark?.kind === 'lost' ? mark : NOT_MARKED;
}

const NOT_MARKED: RecordMark = { kind: 'lost', at: Number.NaN, runId: '' };
