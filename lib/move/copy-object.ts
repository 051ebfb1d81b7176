// One object from the source to the target: read once, counted and hashed, proven against its name, and only then written.
// Never written over what the target has.

import { MailferryError } from '../core/errors.ts';
import { MAX_SPOOL_MEMORY_OCTETS } from '../core/limits.ts';
import type { Sha256 } from '../core/record.ts';
import type { PutOptions } from '../ports/storage.ts';
import { spool } from '../spool/spool.ts';
import type { SpooledBlob } from '../spool/spool.ts';
import type { AccountMove } from './account-move.ts';
import type { ObjectName } from './object-name.ts';

type RawObjectName = ObjectName & { readonly sha256: Sha256 };

/**
 * Make sure that the target has a message with the octets that its name says. What keeps it from that is in the books.
 * @returns whether the target has it now
 * @throws what the target throws; ARCHIVE_UNREADABLE of the source only when that is the rule, not the exception
 */
export async function copyMessageObject(
  name: RawObjectName,
  metadata: PutOptions['metadata'],
  move: AccountMove,
): Promise<boolean> {
  const { book, ports } = move;
  const found = await ports.target.blobs.verify(name.key, name);
  if (found === 'absent') return await copyAbsent(name, metadata, move);
  if (found === 'different') book.report('object-in-the-way', name.key);
  return found === 'intact';
}

/** The same for an object that the target was just seen not to have. */
export async function copyAbsent(
  name: ObjectName,
  metadata: PutOptions['metadata'],
  move: AccountMove,
): Promise<boolean> {
  const blob = await readFromSource(name, move);
  if (blob === undefined) return false;
  try {
    return await put(name, blob, metadata, move);
  } finally {
    await blob.dispose();
  }
}

/** @returns `undefined` if there is nothing to copy: the books say why, but of an object that is not there */
async function readFromSource(name: ObjectName, move: AccountMove): Promise<SpooledBlob | undefined> {
  const { key, sha256 } = name;
  const blob = await spoolFromSource(key, move);
  if (blob === undefined || sha256 === undefined || blob.sha256 === sha256) return blob;
  move.book.report('object-different', key, `it has ${blob.sizeOctets} octets with sha256 ${blob.sha256}`);
  await blob.dispose();
  return undefined;
}

async function spoolFromSource(key: string, move: AccountMove): Promise<SpooledBlob | undefined> {
  const { source, spoolDirectory } = move.ports;
  const options = { directory: spoolDirectory, memoryOctets: MAX_SPOOL_MEMORY_OCTETS };
  return await unlessUnreadable(key, move, async () => {
    const octets = await source.blobs.get(key);
    return octets && (await spool(octets, options));
  });
}

/** More than so many objects that cannot be read: it is not they that are out of order. */
const MAX_UNREADABLE = 100;

/** Reads an object of the source. @returns `undefined` also if it cannot be read: then that is in the books */
export async function unlessUnreadable<T>(
  key: string,
  { book }: AccountMove,
  read: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const isOfObject = error instanceof MailferryError && error.code === 'ARCHIVE_UNREADABLE';
    if (!isOfObject || book.countOf('object-unreadable') >= MAX_UNREADABLE) throw error;
    book.report('object-unreadable', key, error.message);
    return undefined;
  }
}

async function put(
  { group, key }: ObjectName,
  blob: SpooledBlob,
  metadata: PutOptions['metadata'],
  { ports: { target }, book, options }: AccountMove,
): Promise<boolean> {
  try {
    const outcome = await target.blobs.put(key, blob, metadata === undefined ? {} : { metadata });
    if (outcome === 'stored') {
      book.copied[group] += 1;
      book.octets += blob.sizeOctets;
      options.observer?.octets?.(blob.sizeOctets);
    }
    return true;
  } catch (error) {
    if (!(error instanceof MailferryError) || error.code !== 'ARCHIVE_CORRUPT') throw error;
    book.report('object-in-the-way', key, error.message);
    return false;
  }
}
