// The pool with real workers: documents and attachments reach the archive, in order and once.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { MailferryError } from '../../lib/core/errors.ts';
import type { Blob, PutOptions } from '../../lib/ports/storage.ts';
import { DEFAULT_PARSE_LIMITS, MAX_MIME_PARTS } from '../../lib/parse/limits.ts';
import { ParsePool, type ParsePoolOptions } from '../../lib/parse/worker-pool.ts';
import { messageSchema } from '../../lib/schema/message-schema.ts';
import { inPieces, MemoryBlobStore, sha256Of } from '../support/memory-blob-store.ts';
import { ingestOf, parsed } from './parsed.ts';

let spoolDirectory: string;
let blobs: MemoryBlobStore;
let pools: ParsePool[] = [];
before(async () => {
  spoolDirectory = await mkdtemp(join(tmpdir(), 'pool-test-'));
});
after(async () => {
  await rm(spoolDirectory, { recursive: true, force: true });
});
beforeEach(() => {
  blobs = new MemoryBlobStore();
});
afterEach(async () => {
  await Promise.all(pools.map(async (pool) => await pool.close()));
  pools = [];
  assert.deepEqual(await readdir(spoolDirectory), [], 'temporary files were left behind');
});

function newPool(options: Partial<ParsePoolOptions> = {}): ParsePool {
  const pool = new ParsePool({ blobs, workers: 1, spoolDirectory, ...options });
  pools.push(pool);
  return pool;
}

interface Planted {
  readonly raw: Buffer;
  readonly job: { readonly ingest: ReturnType<typeof ingestOf> };
  readonly parsedKey: string;
}

function plant(text: string): Planted {
  const raw = Buffer.from(text);
  const ingest = ingestOf(raw);
  blobs.plant(ingest.rawKey, raw);
  const parsedKey = ingest.rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json');
  return { raw, job: { ingest }, parsedKey };
}

const MESSAGE = 'From: a@example.com\r\nDate: 1 Jan 2024 00:00 +0000\r\nSubject: Grüße\r\n\r\nHello';
const WITH_ATTACHMENTS = [
  'From: a@example.com',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  '',
  'Hello',
  ...['one', 'two', 'one'].flatMap((body) => ['--b', 'Content-Type: a/b', '', body]),
  '--b--',
].join('\r\n');

void test('the document of a message is what parsing it here gives, and a line end', async () => {
  const { raw, job, parsedKey } = plant(WITH_ATTACHMENTS);
  assert.equal(await newPool().parse(job), 'parsed');
  assert.equal(blobs.peek(parsedKey)?.toString(), `${JSON.stringify((await parsed(raw)).document)}\n`);
});

void test('attachments are stored before the document, equal ones once', async () => {
  const { job, parsedKey } = plant(WITH_ATTACHMENTS);
  assert.equal(await newPool().parse(job), 'parsed');
  const keyOf = (body: string): string => `attachments/account=billing/${sha256Of(Buffer.from(body))}`;
  assert.deepEqual(blobs.writes, [keyOf('one'), keyOf('two'), parsedKey]);
  assert.equal(blobs.peek(keyOf('two'))?.toString(), 'two');
});

void test('a message that has a document is not parsed again, unless it is to be parsed again', async () => {
  const { job, parsedKey } = plant(MESSAGE);
  blobs.plant(parsedKey, Buffer.from('there'));
  assert.equal(await newPool().parse(job), 'parsed');
  assert.equal(blobs.peek(parsedKey)?.toString(), 'there');
  assert.equal(await newPool().parse(job, { again: true }), 'parsed');
  assert.match(String(blobs.peek(parsedKey)), /Grüße/);
});

void test('a message that is not in the archive is absent, and nothing is written', async () => {
  const ingest = ingestOf(Buffer.from('never stored'));
  assert.equal(await newPool().parse({ ingest }), 'absent');
  assert.deepEqual(blobs.writes, []);
});

void test('octets that are open already are parsed without asking the store for them, and replace a document', async () => {
  const { raw, job, parsedKey } = plant(WITH_ATTACHMENTS);
  blobs.plant(parsedKey, Buffer.from('there'));
  const asked: string[] = [];
  blobs.get = async (key) => void asked.push(`get ${key}`);
  blobs.stat = async (key) => void asked.push(`stat ${key}`);
  const pool = newPool();
  for (const round of [1, 2]) {
    assert.equal(await pool.parseOpened(job.ingest, inPieces(raw, 7)), 'parsed', `round ${round}`);
    assert.equal(blobs.peek(parsedKey)?.toString(), `${JSON.stringify((await parsed(raw)).document)}\n`);
  }
  assert.deepEqual(asked, []);
});

void test('open octets that fail, or are of no message of this archive, write no document', async () => {
  const { raw, job } = plant(MESSAGE);
  const pool = newPool();
  const failing = (async function* () {
    yield raw.subarray(0, 20);
    throw new Error('the connection is gone');
  })();
  await assert.rejects(pool.parseOpened(job.ingest, failing), /the connection is gone/);
  await assert.rejects(pool.parseOpened({ ...job.ingest, rawKey: 'raw/x' }, inPieces(raw)), {
    code: 'PARSE_FAILED',
  });
  assert.deepEqual(blobs.writes, []);
  assert.equal(await pool.parseOpened(job.ingest, inPieces(raw)), 'parsed');
});

void test('a key that is not of this message is refused', async () => {
  const { job } = plant(MESSAGE);
  for (const rawKey of ['', '../x', job.ingest.rawKey.replace('billing', 'other'), `${job.ingest.rawKey}x`]) {
    await assert.rejects(newPool().parse({ ingest: { ...job.ingest, rawKey } }), {
      code: 'PARSE_FAILED',
      scope: 'message',
    });
  }
});

void test('many messages at once share a few workers and all get their own document', async () => {
  const planted = Array.from({ length: 60 }, (_, index) =>
    plant(`Subject: number ${index}\r\n\r\n${'x'.repeat(index * 3000)}`),
  );
  const pool = newPool({ workers: 3 });
  const outcomes = await Promise.all(planted.map(async ({ job }) => await pool.parse(job)));
  assert.deepEqual(new Set(outcomes), new Set(['parsed']));
  for (const [index, { parsedKey }] of planted.entries()) {
    const document: unknown = JSON.parse(String(blobs.peek(parsedKey)));
    assert.ok(typeof document === 'object' && document !== null && 'subject' in document);
    assert.equal(document.subject, `number ${index}`);
  }
});

void test('a message beyond a limit has a document that says so, with all its octets, and the worker goes on', async () => {
  const part = '--b\r\nContent-Type: a/b\r\n\r\nx\r\n';
  const bad = plant(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${part.repeat(10_000)}`);
  const good = plant(MESSAGE);
  const pool = newPool();
  assert.equal(await pool.parse(bad.job), 'parsed');
  assert.equal(await pool.parse(good.job), 'parsed');
  const document = messageSchema.parse(JSON.parse(String(blobs.peek(bad.parsedKey))));
  assert.ok(document.problems.includes('parts-too-many'));
  assert.equal(document.attachments.length, MAX_MIME_PARTS);
  assert.equal(document.parts.at(-1)?.end, bad.job.ingest.size);
});

void test('a worker that runs out of memory fails its message only', async () => {
  const limits = { ...DEFAULT_PARSE_LIMITS, workerHeapMegabytes: 40 };
  const bad = plant(`Content-Type: text/plain; charset=utf-16le\r\n\r\n${'ü'.repeat(40_000_000)}`);
  const good = plant(MESSAGE);
  const pool = newPool({ limits });
  assert.equal(await pool.parse(bad.job), 'failed');
  assert.equal(await pool.parse(good.job), 'parsed');
  assert.match(String(blobs.peek(bad.parsedKey)), /"problems":\["parse-failed","worker-died",/);
});

void test("the store's errors are thrown on: at reading, within a message, at an attachment and at the document", async () => {
  const failure = new MailferryError('no', { code: 'ARCHIVE_FULL', scope: 'account', retryable: true });
  class FailingStore extends MemoryBlobStore {
    failAt = '';
    override async put(key: string, blob: Blob, options?: PutOptions): Promise<'stored' | 'exists'> {
      if (key.startsWith(this.failAt)) throw failure;
      return await super.put(key, blob, options);
    }
    override async get(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
      if (this.failAt === 'get') throw failure;
      const octets = await super.get(key);
      if (this.failAt !== 'read' || octets === undefined) return octets;
      return (async function* () {
        yield Buffer.from('Subject: x\r\n\r\nx');
        throw failure;
      })();
    }
  }
  const store = new FailingStore();
  blobs = store;
  const { job } = plant(WITH_ATTACHMENTS);
  const pool = newPool();
  for (const failAt of ['get', 'read', 'attachments/', 'parsed/']) {
    store.failAt = failAt;
    await assert.rejects(pool.parse(job), failure, failAt);
  }
  store.failAt = 'nothing';
  assert.equal(await pool.parse(job), 'parsed');
});

void test('an attachment that is there with other octets is corruption, and is told', async () => {
  const { job } = plant(WITH_ATTACHMENTS);
  blobs.plant(`attachments/account=billing/${sha256Of(Buffer.from('two'))}`, Buffer.from('other'));
  await assert.rejects(newPool().parse(job), { code: 'ARCHIVE_CORRUPT' });
});

void test('a closed pool refuses work, and may be closed again', async () => {
  const { job } = plant(MESSAGE);
  const pool = newPool();
  await pool.close();
  await pool.close();
  await assert.rejects(pool.parse(job), { code: 'INTERRUPTED' });
  await assert.rejects(pool.parseOpened(job.ingest, inPieces(Buffer.from(MESSAGE))), { code: 'INTERRUPTED' });
});
