// A 200 alone is nobody's word: whatever stands before S3 may say it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createS3Client } from '../../lib/adapters/s3-client.ts';
import { S3BlobStore } from '../../lib/adapters/s3-blob-store.ts';
import { blobOf } from '../support/memory-blob-store.ts';

/** Puts an object where every PUT is answered like this. */
async function putAt(headers: Record<string, string>): Promise<{ outcome: unknown; puts: number }> {
  let puts = 0;
  const server = createServer((request, response) => {
    puts += request.method === 'PUT' ? 1 : 0;
    request.resume();
    request.once('end', () => response.writeHead(200, headers).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = createS3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials,
  });
  try {
    const store = new S3BlobStore({ client, bucket: 'mail', pauseAfter: async () => undefined });
    const outcome: unknown = await store
      .put('raw/a', blobOf(Buffer.from('octets')))
      .catch((error: unknown) => error);
    return { outcome, puts };
  } finally {
    client.destroy();
    server.closeAllConnections();
    server.close();
  }
}

test('an empty 200 is no proof that an object was stored, however often it comes', async () => {
  const { outcome, puts } = await putAt({});
  assert.ok(outcome instanceof Error && 'code' in outcome, String(outcome));
  assert.equal(outcome.code, 'ARCHIVE_UNWRITABLE');
  assert.ok(puts > 1, 'it was tried again');
});

test('a 200 with the checksum of other octets is no proof either', async () => {
  const { outcome } = await putAt({
    etag: '"e"',
    'x-amz-checksum-sha256': Buffer.alloc(32).toString('base64'),
  });
  assert.ok(outcome instanceof Error);
});

test('a store that gives a tag and keeps no checksum is believed', async () => {
  assert.equal((await putAt({ etag: '"e"' })).outcome, 'stored');
});
