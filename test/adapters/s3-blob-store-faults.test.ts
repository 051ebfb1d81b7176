// An S3 on a bad day: throttled, broken, raced, cut off, and silent, before and after it stored the object. Whatever
// happens, an object is there once with its own octets, or the store says that it is not.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MailferryError } from '../../lib/core/errors.ts';
import type { Blob } from '../../lib/ports/storage.ts';
import { blobOf, inPieces } from '../support/memory-blob-store.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { S3Rigs } from '../support/s3-rig.ts';
import { CONFLICT, INTERNAL_ERROR, SLOW_DOWN } from '../support/s3-strict-proxy.ts';
import type { S3Fault } from '../support/s3-strict-proxy.ts';

const skip = motoSkip();
const rigs = new S3Rigs();
after(async () => await rigs[Symbol.asyncDispose]());

const KEY = 'raw/one.eml';
const SMALL = Buffer.from('one message\r\n');
/** The SDK asks before it sends so much (Expect: 100-continue). */
const LARGE = randomBytes(3 * 1024 * 1024);

/** For what must happen by itself, and not because a connection was idle for long. */
const PATIENCE_MS = 15_000;

const FORGETTABLE: readonly (readonly [string, S3Fault])[] = [
  ['503 SlowDown', SLOW_DOWN],
  ['503 before the body', { ...SLOW_DOWN, early: 'before-body' }],
  ['500', INTERNAL_ERROR],
  ['409 ConditionalRequestConflict', CONFLICT],
  ['a connection cut before the body', 'cut-before-body'],
  ['a connection cut in the body', 'cut-in-body'],
  ['an octet changed on the way', 'spoil-octet'],
];

for (const [name, fault] of FORGETTABLE) {
  test(`after ${name} the object is stored by another attempt, with octets read anew`, { skip }, async () => {
    await using rig = await rigs.open();
    for (const octets of [SMALL, LARGE]) {
      const key = `raw/${octets.length}.eml`;
      const { blob, opened, closed } = counted(blobOf(octets));
      rig.proxy.failNext('PUT', fault);
      assert.equal(await rig.store.put(key, blob), 'stored');
      assert.deepEqual(await rig.moto.versions(rig.prefix + key), [rig.prefix + key]);
      assert.deepEqual(await rig.moto.peek(rig.prefix + key), octets);
      // S3 is asked before so large a body is sent: if it refuses at once, nothing of it is read.
      assert.equal(opened(), octets === LARGE && name.endsWith('before the body') ? 1 : 2);
      assert.equal(closed(), opened());
    }
    assert.equal(rig.proxy.seen.filter((request) => request.fault === fault).length, 2);
  });
}

test(
  'when the answer is lost after S3 stored the object, it is found and not stored again',
  { skip },
  async () => {
    await using rig = await rigs.open();
    for (const octets of [SMALL, LARGE]) {
      const key = `raw/${octets.length}.eml`;
      rig.proxy.failNext('PUT', 'lose-answer');
      assert.equal(await rig.store.put(key, blobOf(octets)), 'exists');
      assert.deepEqual(await rig.moto.versions(rig.prefix + key), [rig.prefix + key]);
      assert.deepEqual(await rig.moto.peek(rig.prefix + key), octets);
    }
  },
);

test('a connection that is silent is given up, and the object stored over another', { skip }, async () => {
  await using rig = await rigs.open(2000);
  rig.proxy.failNext('PUT', 'hang');
  assert.equal(await rig.store.put(KEY, blobOf(SMALL)), 'stored');
  assert.deepEqual(await rig.moto.peek(rig.prefix + KEY), SMALL);
});

test('a replacement whose answer is lost is made again', { skip }, async () => {
  await using rig = await rigs.open();
  await rig.store.put('a.json', blobOf(LARGE));
  rig.proxy.failNext('PUT', 'lose-answer');
  assert.equal(await rig.store.put('a.json', blobOf(SMALL), { mode: 'replace' }), 'stored');
  assert.deepEqual(await rig.moto.peek(`${rig.prefix}a.json`), SMALL);
});

test(
  'a store that stays broken is given up on, with nothing stored and nothing claimed',
  { skip },
  async () => {
    await using rig = await rigs.open();
    for (const [, fault] of FORGETTABLE) {
      rig.proxy.onRequest = (method) => (method === 'PUT' ? fault : undefined);
      const before = rig.proxy.seen.length;
      const refusal = { code: 'ARCHIVE_UNWRITABLE', scope: 'account', retryable: true };
      await assert.rejects(rig.store.put(KEY, blobOf(SMALL)), refusal);
      assert.equal(rig.proxy.seen.length - before, 6);
    }
    assert.deepEqual(await rig.moto.versions(rig.prefix), []);
  },
);

test('after a conflict, what the other writer stored decides', { skip }, async () => {
  await using rig = await rigs.open();
  for (const [theirs, outcome] of [
    [SMALL, 'exists'],
    [Buffer.from('other octets'), 'ARCHIVE_CORRUPT'],
  ] as const) {
    const key = `raw/${outcome}.eml`;
    rig.proxy.failNext('PUT', CONFLICT);
    await rig.moto.plant(rig.prefix + key, theirs);
    const said = await rig.store.put(key, blobOf(SMALL)).catch((error: MailferryError) => error.code);
    assert.equal(said, outcome);
    assert.deepEqual(await rig.moto.peek(rig.prefix + key), theirs);
  }
});

test(
  'an object that is there for the write and gone for the look is written by another attempt',
  { skip },
  async () => {
    await using rig = await rigs.open();
    rig.proxy.failNext('PUT', { status: 412, code: 'PreconditionFailed' });
    assert.equal(await rig.store.put(KEY, blobOf(SMALL)), 'stored');
    assert.deepEqual(
      rig.proxy.seen.map(({ method }) => method),
      ['PUT', 'HEAD', 'GET', 'PUT'],
    );
  },
);

test('a look at the object that fails does not pass for an object that is right', { skip }, async () => {
  await using rig = await rigs.open();
  await rig.moto.plant(rig.prefix + KEY, Buffer.from('other octets'));
  rig.proxy.onRequest = (method) => (method === 'HEAD' ? { status: 403, code: 'AccessDenied' } : undefined);
  await assert.rejects(rig.store.put(KEY, blobOf(SMALL)), { code: 'ARCHIVE_UNWRITABLE', retryable: false });
  await assert.rejects(rig.store.verify(KEY, blobOf(SMALL)), { code: 'ARCHIVE_UNREADABLE' });
});

test(
  'octets that cannot be read are not asked for again, and their error is told as it is',
  { skip, timeout: PATIENCE_MS },
  async () => {
    await using rig = await rigs.open();
    const details = { code: 'SPOOL_FAILED', scope: 'session', retryable: true } as const;
    const spoolFailed = new MailferryError('the spool is gone', details);
    for (const octets of [SMALL, LARGE]) {
      const { blob, opened, closed } = counted({
        ...blobOf(octets),
        open: () => failingAfter(octets.subarray(0, -1), spoolFailed),
      });
      await assert.rejects(rig.store.put(KEY, blob), spoolFailed);
      assert.equal(opened(), 1);
      assert.equal(closed(), 1);
    }
    assert.deepEqual(await rig.moto.versions(rig.prefix), []);
  },
);

test(
  'a refusal that comes while the octets are still being read ends the reading and the connection',
  { skip, timeout: PATIENCE_MS },
  async () => {
    await using rig = await rigs.open();
    const read = Promise.withResolvers<void>();
    const { blob, opened, closed } = counted({ ...blobOf(SMALL), open: () => slowly(SMALL, read.promise) });
    rig.proxy.failNext('PUT', { status: 403, code: 'AccessDenied', early: 'in-body' });
    await assert.rejects(rig.store.put(KEY, blob), { code: 'ARCHIVE_UNWRITABLE', retryable: false });
    while ((await rig.proxy.connections()) > 0) await sleep(10);
    read.resolve();
    while (closed() < opened()) await sleep(10);
  },
);

/** Counts how often the octets were asked for, and how often whoever asked was done with them. */
function counted(blob: Blob): { blob: Blob; opened: () => number; closed: () => number } {
  let opened = 0;
  let closed = 0;
  async function* open(): AsyncGenerator<Uint8Array> {
    opened += 1;
    try {
      yield* blob.open();
    } finally {
      closed += 1;
    }
  }
  return { blob: { ...blob, open }, opened: () => opened, closed: () => closed };
}

async function* failingAfter(octets: Uint8Array, error: Error): AsyncGenerator<Uint8Array> {
  yield octets;
  throw error;
}

/** Octet by octet; the last when it is allowed. */
async function* slowly(octets: Buffer, last: Promise<void>): AsyncGenerator<Uint8Array> {
  yield* inPieces(octets.subarray(0, -1), 1);
  await last;
  yield octets.subarray(-1);
}
