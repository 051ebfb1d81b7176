// Everything that lies in an archive folder, and what must be true of it after any run, crash or not.
// Never changes the archive.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

interface StoredObject {
  readonly sizeOctets: number;
  readonly sha256: string;
}

interface ParsedDocument {
  readonly ingest: {
    readonly uidl: string;
    readonly sha256: string;
    readonly size: number;
    readonly rawKey: string;
  };
  /** The document as canonical text, without what differs from run to run (`runId`, `fetchedAt`). */
  readonly comparable: string;
}

export interface ArchiveSnapshot {
  /** By key: the path below the archive folder, with `/`. */
  readonly raw: ReadonlyMap<string, StoredObject>;
  readonly attachments: ReadonlyMap<string, StoredObject>;
  readonly parsed: ReadonlyMap<string, ParsedDocument>;
  /** Raw keys of the messages that have a row. */
  readonly catalog: ReadonlySet<string>;
  /** Files in `.tmp/`. */
  readonly temporary: readonly string[];
  /** Files that are none of these, and not the ledger. */
  readonly unexpected: readonly string[];
}

const documentSchema = z.looseObject({
  ingest: z.looseObject({ uidl: z.string(), sha256: z.string(), size: z.int(), rawKey: z.string() }),
});

/** Read all of it, hashing every object again. An absent folder is an empty archive. */
export async function readArchive(folder: string): Promise<ArchiveSnapshot> {
  const raw = new Map<string, StoredObject>();
  const attachments = new Map<string, StoredObject>();
  const parsed = new Map<string, ParsedDocument>();
  const catalog = new Set<string>();
  const temporary: string[] = [];
  const unexpected: string[] = [];
  for (const key of await listKeys(folder)) {
    const path = join(folder, key);
    if (key.startsWith('.tmp/')) temporary.push(key);
    else if (key.startsWith('raw/')) raw.set(key, await hashFile(path));
    else if (key.startsWith('attachments/')) attachments.set(key, await hashFile(path));
    else if (key.startsWith('parsed/v1/')) parsed.set(key, await readDocument(path));
    else if (key.startsWith('catalog/v1/'))
      for (const rawKey of rawKeysIn(await readFile(path))) catalog.add(rawKey);
    else if (!/^ledger\.db(-wal|-shm)?$/.test(key)) unexpected.push(key);
  }
  return { raw, attachments, parsed, catalog, temporary, unexpected };
}

/** Nothing half-written, nothing twice, nothing misnamed: true at any moment, also right after a SIGKILL. */
export function assertUndamaged(archive: ArchiveSnapshot): void {
  for (const [key, object] of archive.raw)
    assert.equal(basename(key, '.eml'), object.sha256, `half-written ${key}`);
  for (const [key, object] of archive.attachments)
    assert.equal(basename(key), object.sha256, `half-written ${key}`);
  const digests = [...archive.raw.values()].map((object) => object.sha256);
  assert.equal(new Set(digests).size, digests.length, 'the same octets lie below raw/ twice');
  assert.deepEqual(archive.unexpected, [], 'files that belong to no part of the archive');
}

/** What also holds when a run has ended by itself: no temporary file, and a document and a row for every message. */
export function assertFinished(archive: ArchiveSnapshot): void {
  assertUndamaged(archive);
  assert.deepEqual(archive.temporary, [], 'temporary files were left behind');
  const expected = [...archive.raw.keys()].map(documentKey).sort();
  assert.deepEqual([...archive.parsed.keys()].sort(), expected, 'one document for every message');
  assert.deepEqual([...archive.catalog].sort(), [...archive.raw.keys()].sort(), 'a row for every message');
  for (const [key, { ingest }] of archive.parsed) {
    assert.equal(documentKey(ingest.rawKey), key);
    const object = archive.raw.get(ingest.rawKey);
    assert.deepEqual({ sizeOctets: ingest.size, sha256: ingest.sha256 }, object, `ingest facts of ${key}`);
  }
}

/** The sha256 of every stored message, sorted. */
export function storedDigests(archive: ArchiveSnapshot): string[] {
  return [...archive.raw.values()].map((object) => object.sha256).sort();
}

function documentKey(rawKey: string): string {
  return rawKey.replace(/^raw\//, 'parsed/v1/').replace(/\.eml$/, '.json');
}

async function listKeys(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
}

async function hashFile(path: string): Promise<StoredObject> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { sizeOctets: (await stat(path)).size, sha256: hash.digest('hex') };
}

async function readDocument(path: string): Promise<ParsedDocument> {
  return toParsedDocument(await readFile(path, 'utf8'));
}

/** @param file of the catalog: gzipped lines of JSON */
export function rawKeysIn(file: Buffer): string[] {
  const lines = gunzipSync(file).toString('utf8').trimEnd().split('\n');
  return lines.map((line) => z.looseObject({ raw_key: z.string() }).parse(JSON.parse(line)).raw_key);
}

/** @param text of a parsed document, wherever it lies */
export function toParsedDocument(text: string): ParsedDocument {
  const document = documentSchema.parse(JSON.parse(text));
  const { runId: _runId, fetchedAt: _fetchedAt, ...ingest } = document.ingest;
  return { ingest: document.ingest, comparable: JSON.stringify({ ...document, ingest }) };
}
