// What S3 keeps beside an object, and opening an object by one request. Against moto, behind a proxy as strict as S3.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import type { S3BlobStore } from '../../lib/adapters/s3-blob-store.ts';
import { blobOf, collect } from '../support/memory-blob-store.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { S3Rigs } from '../support/s3-rig.ts';
import { SLOW_DOWN } from '../support/s3-strict-proxy.ts';

const skip = motoSkip();
const rigs = new S3Rigs();
after(async () => await rigs[Symbol.asyncDispose]());

const ONE = Buffer.from('one');
const TWO = Buffer.from('two');
const KEY = 'raw/one.eml';
const LARGE = randomBytes(3 * 1024 * 1024);

test('what is kept beside an object comes back with its octets, by one request', { skip }, async () => {
  await using rig = await rigs.open();
  const metadata = { uidl: 'QUL_', 'run-id': '01JZX!~"#$%&/()=?,;' };
  await rig.store.put(KEY, blobOf(ONE), { metadata });
  const { headers } = rig.proxy.seen.at(-1) ?? assert.fail();
  assert.equal(headers['x-amz-meta-uidl'], 'QUL_');
  assert.match(headers.authorization ?? '', /x-amz-meta-run-id;x-amz-meta-uidl/);
  await rig.store.put('raw/bare.eml', blobOf(TWO));
  await rig.store.put('raw/empty.eml', blobOf(Buffer.alloc(0)), { metadata });

  const before = rig.proxy.seen.length;
  assert.deepEqual(await opened(rig.store, KEY), { metadata, sizeOctets: 3, octets: ONE });
  assert.deepEqual(await opened(rig.store, 'raw/bare.eml'), { metadata: {}, sizeOctets: 3, octets: TWO });
  assert.deepEqual(await opened(rig.store, 'raw/empty.eml'), {
    metadata,
    sizeOctets: 0,
    octets: Buffer.alloc(0),
  });
  assert.equal(await rig.store.open('raw/none.eml'), undefined);
  assert.deepEqual(
    rig.proxy.seen.slice(before).map(({ method, status }) => `${method} ${status}`),
    ['GET 200', 'GET 200', 'GET 200', 'GET 404'],
  );
});

test('what is beside an object that is there stays as it was first put', { skip }, async () => {
  await using rig = await rigs.open();
  await rig.store.put(KEY, blobOf(ONE), { metadata: { uidl: 'first' } });
  assert.equal(await rig.store.put(KEY, blobOf(ONE), { metadata: { uidl: 'second' } }), 'exists');
  assert.deepEqual((await opened(rig.store, KEY)).metadata, { uidl: 'first' });
});

test('an attempt that is repeated carries the same entries', { skip }, async () => {
  await using rig = await rigs.open();
  rig.proxy.failNext('PUT', SLOW_DOWN, 'lose-answer');
  assert.equal(await rig.store.put(KEY, blobOf(ONE), { metadata: { uidl: 'x' } }), 'exists');
  const puts = rig.proxy.seen.filter(({ method }) => method === 'PUT');
  assert.deepEqual(new Set(puts.map(({ headers }) => headers['x-amz-meta-uidl'])), new Set(['x']));
  assert.deepEqual((await opened(rig.store, KEY)).metadata, { uidl: 'x' });
});

test(
  'an opened object that is closed unread, or read in part, gives its connection back',
  { skip },
  async () => {
    await using rig = await rigs.open();
    await rig.store.put(KEY, blobOf(LARGE));
    for (const isRead of [false, true]) {
      for (let round = 0; round < 10; round += 1) {
        const object = (await rig.store.open(KEY)) ?? assert.fail();
        if (isRead) for await (const chunk of object.octets) if (chunk.length > 0) break;
        object.close();
        object.close();
      }
    }
    for (let tries = 0; (await rig.proxy.connections()) > 2; tries += 1) {
      assert.ok(tries < 200, 'connections are still open after 10 s');
      await new Promise((wake) => setTimeout(wake, 50));
    }
    assert.deepEqual((await opened(rig.store, KEY)).octets, LARGE);
  },
);

test(
  'an opened object that breaks off, or is refused, is unreadable, also when nobody was reading yet',
  { skip },
  async () => {
    await using rig = await rigs.open();
    await rig.store.put(KEY, blobOf(LARGE));
    await rig.store.put('raw/small.eml', blobOf(Buffer.alloc(1000)));
    rig.proxy.failNext('GET', 'cut-in-answer', 'cut-in-answer');
    const unreadable = { code: 'ARCHIVE_UNREADABLE', retryable: true };
    await assert.rejects(opened(rig.store, KEY), unreadable);
    const object = (await rig.store.open('raw/small.eml')) ?? assert.fail();
    await new Promise((wake) => setTimeout(wake, 100));
    await assert.rejects(collect(object.octets), unreadable);
    rig.proxy.failNext('GET', { status: 403, code: 'AccessDenied' });
    await assert.rejects(rig.store.open(KEY), { code: 'ARCHIVE_UNREADABLE', retryable: false });
  },
);

test('more than S3 keeps beside an object is refused, and nothing is stored', { skip }, async () => {
  await using rig = await rigs.open();
  const tooMuch = { uidl: 'x'.repeat(2048) };
  await assert.rejects(rig.store.put(KEY, blobOf(ONE), { metadata: tooMuch }), {
    code: 'ARCHIVE_UNWRITABLE',
    retryable: false,
  });
  assert.equal(await rig.store.stat(KEY), undefined);
});

/** Opened, read and closed. */
async function opened(
  store: S3BlobStore,
  key: string,
): Promise<{ metadata: Readonly<Record<string, string>>; sizeOctets: number; octets: Buffer }> {
  const object = (await store.open(key)) ?? assert.fail(`${key} is not there`);
  try {
    const { metadata, sizeOctets } = object;
    return { metadata, sizeOctets, octets: await collect(object.octets) };
  } finally {
    object.close();
  }
}
