// S3 keeps the promises of the port, and what only S3 can break. Against moto, behind a proxy that is as strict as S3.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3BlobStore } from '../../lib/adapters/s3-blob-store.ts';
import { testBlobStoreContract } from '../contract/blob-store-contract.ts';
import { blobOf, collect } from '../support/memory-blob-store.ts';
import { motoSkip } from '../support/moto-presence.ts';
import type { RunningMoto } from '../support/moto.ts';
import { S3Rigs } from '../support/s3-rig.ts';

const skip = motoSkip();
const rigs = new S3Rigs();
after(async () => await rigs[Symbol.asyncDispose]());

const ONE = Buffer.from('one');
const TWO = Buffer.from('two');
const KEY = 'raw/one.eml';
/** The SDK asks before it sends so much (Expect: 100-continue). */
const LARGE = randomBytes(3 * 1024 * 1024);

if (skip === false) testBlobStoreContract('S3', async () => await rigs.open());
else test('S3 keeps the promises of the port', { skip });

test(
  'an upload is one PUT of known length whose only checksum is the SHA-256, which the signature covers',
  { skip },
  async () => {
    await using rig = await rigs.open();
    for (const octets of [ONE, Buffer.alloc(0), LARGE]) {
      const blob = blobOf(octets);
      await rig.store.put(`raw/${blob.sha256}.eml`, blob);
      const { method, headers } = rig.proxy.seen.at(-1) ?? assert.fail();
      assert.equal(method, 'PUT');
      assert.equal(headers['content-length'], String(octets.length));
      assert.equal(headers['transfer-encoding'], undefined);
      assert.equal(headers['content-encoding'], undefined);
      assert.equal(headers['x-amz-trailer'], undefined);
      assert.equal(headers['if-none-match'], '*');
      assert.equal(headers['content-type'], 'message/rfc822');
      assert.equal(headers['x-amz-content-sha256'], blob.sha256);
      assert.deepEqual(
        Object.keys(headers)
          .filter((name) => name.includes('checksum'))
          .sort(),
        ['x-amz-checksum-sha256', 'x-amz-sdk-checksum-algorithm'],
      );
      assert.match(
        headers.authorization ?? '',
        /SignedHeaders=[^,]*x-amz-checksum-sha256;x-amz-content-sha256/,
      );
    }
    assert.equal(rig.proxy.seen.length, 3);
  },
);

test('the content type follows the key', { skip }, async () => {
  await using rig = await rigs.open();
  for (const key of ['a.eml', 'a.json', 'a.ndjson.gz']) await rig.store.put(key, blobOf(ONE));
  assert.deepEqual(
    rig.proxy.seen.map(({ headers }) => headers['content-type']),
    ['message/rfc822', 'application/json', 'application/octet-stream'],
  );
});

test('an object with a SHA-256 that S3 keeps is compared without reading it', { skip }, async () => {
  await using rig = await rigs.open();
  assert.equal(await rig.store.put(KEY, blobOf(ONE)), 'stored');
  assert.equal(await rig.store.put(KEY, blobOf(ONE)), 'exists');
  assert.equal(await rig.store.verify(KEY, blobOf(ONE)), 'intact');
  assert.equal(await rig.store.verify(KEY, blobOf(TWO)), 'different');
  assert.deepEqual(
    rig.proxy.seen.map(({ method, status }) => `${method} ${status}`),
    ['PUT 200', 'PUT 412', 'HEAD 200', 'HEAD 200', 'HEAD 200'],
  );
  assert.deepEqual(await rig.moto.versions(rig.prefix), [rig.prefix + KEY]);
});

test('an object without a SHA-256 is read and compared by its octets', { skip }, async () => {
  await using rig = await rigs.open();
  await rig.moto.plant(rig.prefix + KEY, ONE, { ChecksumAlgorithm: 'CRC32' });
  assert.equal(await rig.store.put(KEY, blobOf(ONE)), 'exists');
  assert.equal(await rig.store.verify(KEY, blobOf(ONE)), 'intact');
  assert.equal(await rig.store.verify(KEY, blobOf(TWO)), 'different');
  assert.equal(rig.proxy.seen.filter(({ method }) => method === 'GET').length, 3);
});

test(
  'the checksum of an object that was put in parts is not taken for that of its octets',
  { skip },
  async () => {
    await using rig = await rigs.open();
    await plantInParts(rig.moto, rig.prefix + KEY, LARGE);
    assert.equal(await rig.store.verify(KEY, blobOf(LARGE)), 'intact');
    assert.equal(await rig.store.verify(KEY, blobOf(randomBytes(LARGE.length))), 'different');
    assert.equal(rig.proxy.seen.filter(({ method }) => method === 'GET').length, 2);
  },
);

test('other octets that somebody planted are corruption, and are not overwritten', { skip }, async () => {
  await using rig = await rigs.open();
  const plants = [
    { octets: TWO, checksum: 'SHA256' },
    { octets: TWO, checksum: 'CRC32' },
    { octets: ONE.subarray(1), checksum: 'SHA256' },
    { octets: Buffer.alloc(0), checksum: 'CRC32' },
  ] as const;
  for (const [index, { octets, checksum }] of plants.entries()) {
    const key = `raw/${index}.eml`;
    await rig.moto.plant(rig.prefix + key, octets, { ChecksumAlgorithm: checksum });
    await assert.rejects(rig.store.put(key, blobOf(ONE)), { code: 'ARCHIVE_CORRUPT', scope: 'account' });
    assert.equal(await rig.store.verify(key, blobOf(ONE)), 'different');
    assert.deepEqual(await rig.moto.peek(rig.prefix + key), octets);
  }
});

test('a replacement is a new version, and asks nothing of the old one', { skip }, async () => {
  await using rig = await rigs.open();
  await rig.store.put('a.json', blobOf(ONE), { mode: 'replace' });
  await rig.store.put('a.json', blobOf(TWO), { mode: 'replace' });
  assert.deepEqual(await rig.moto.versions(rig.prefix), [`${rig.prefix}a.json`, `${rig.prefix}a.json`]);
  assert.deepEqual(
    rig.proxy.seen.map(({ headers }) => headers['if-none-match']),
    [undefined, undefined],
  );
});

test(
  'keys lie below the prefix, and are listed without it, over as many pages as it takes',
  { skip },
  async () => {
    await using rig = await rigs.open();
    const keys = Array.from({ length: 8 }, (_, index) => `raw/${index}.eml`);
    for (const key of keys) await rig.store.put(key, blobOf(ONE));
    await rig.moto.plant('elsewhere/raw/9.eml', ONE);
    assert.deepEqual(await rig.moto.peek(`${rig.prefix}raw/0.eml`), ONE);
    assert.deepEqual(await keysOf(rig.store), keys);
    assert.equal(rig.proxy.seen.filter(({ url }) => url.includes('list-type=2')).length, 3);
  },
);

test('who gets an object and does not read it holds no connection', { skip }, async () => {
  await using rig = await rigs.open();
  await rig.store.put(KEY, blobOf(LARGE));
  assert.notEqual(await rig.store.get(KEY), undefined);
  const octets = (await rig.store.get(KEY)) ?? assert.fail();
  for await (const chunk of octets) {
    assert.ok(chunk.length < LARGE.length, 'the object did not come in pieces');
    break;
  }
  assert.equal(rig.proxy.seen.filter(({ method }) => method === 'GET').length, 1);
});

test(
  'an answer that breaks off, or is not what S3 keeps the checksum of, is an error and not a shorter object',
  { skip },
  async () => {
    await using rig = await rigs.open();
    await rig.store.put(KEY, blobOf(LARGE));
    rig.proxy.failNext('GET', 'cut-in-answer');
    await assert.rejects(readAll(rig.store, KEY), { code: 'ARCHIVE_UNREADABLE', retryable: true });
    assert.deepEqual(await readAll(rig.store, KEY), LARGE);

    const ofTwo = Buffer.from(blobOf(TWO).sha256, 'hex').toString('base64');
    await rig.moto.plant(`${rig.prefix}b`, ONE, { ChecksumAlgorithm: 'SHA256', ChecksumSHA256: ofTwo });
    await assert.rejects(readAll(rig.store, 'b'), { code: 'ARCHIVE_UNREADABLE' });
  },
);

async function keysOf(store: S3BlobStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list('raw/')) keys.push(key);
  return keys;
}

async function readAll(store: S3BlobStore, key: string): Promise<Buffer> {
  return await collect((await store.get(key)) ?? assert.fail(`${key} is not there`));
}

async function plantInParts({ client, bucket }: RunningMoto, key: string, octets: Buffer): Promise<void> {
  const object = { Bucket: bucket, Key: key };
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...object, ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' }),
  );
  const part = { ...object, UploadId, PartNumber: 1 };
  const { ETag, ChecksumSHA256 } = await client.send(
    new UploadPartCommand({ ...part, Body: octets, ChecksumAlgorithm: 'SHA256' }),
  );
  const Parts = [{ PartNumber: 1, ETag, ChecksumSHA256 }];
  await client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } }));
}
