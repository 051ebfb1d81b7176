// What an owner is told when S3 says no. Needs no S3: the answers are given by a proxy with nothing behind it.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { S3BlobStore } from '../../lib/adapters/s3-blob-store.ts';
import { createS3Client } from '../../lib/adapters/s3-client.ts';
import type { S3ClientSettings } from '../../lib/adapters/s3-client.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import { blobOf } from '../support/memory-blob-store.ts';
import { startS3StrictProxy } from '../support/s3-strict-proxy.ts';
import type { S3Fault, S3StrictProxy } from '../support/s3-strict-proxy.ts';

// The SDK's own attempts to read, and its pauses between them, are not what is looked at here.
process.env['AWS_MAX_ATTEMPTS'] = '1';

const CREDENTIALS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example-secret' };
const ONE = blobOf(Buffer.from('one'));
const KEY = 'raw/one.eml';

const READS: readonly ((store: S3BlobStore) => Promise<unknown>)[] = [
  (store) => store.stat(KEY),
  (store) => store.get(KEY),
  (store) => store.verify(KEY, ONE),
  (store) => store.list('raw/').next(),
];

const REFUSALS: readonly (readonly [status: number, code: string, retryable: boolean, hint: RegExp])[] = [
  [403, 'AccessDenied', false, /allow s3:GetObject, s3:PutObject and s3:ListBucket/],
  [404, 'NoSuchBucket', false, /make the bucket/],
  [301, 'PermanentRedirect', false, /region of the bucket: eu-west-1$/],
  [400, 'AuthorizationHeaderMalformed', false, /region of the bucket: eu-west-1$/],
  [403, 'InvalidAccessKeyId', false, /credentials/],
  [403, 'SignatureDoesNotMatch', false, /credentials/],
  [400, 'ExpiredToken', true, /renew/],
  [403, 'RequestTimeTooSkewed', true, /clock/],
  [400, 'KMS.DisabledException', false, /encryption key/],
  [501, 'NotImplemented', false, /If-None-Match/],
  [503, 'SlowDown', true, /fewer requests/],
  [500, 'InternalError', true, /fault of its own/],
  [418, 'SomethingNew', false, /cause/],
];

test('each refusal names what a person should do, and whether it passes by itself', async () => {
  await using server = await startS3StrictProxy();
  for (const [status, code, retryable, hint] of REFUSALS) {
    const fault = { status, code, headers: { 'x-amz-bucket-region': 'eu-west-1' } };
    const error = await failureOf(server, fault, (store) => store.put(KEY, ONE));
    assert.equal(error.code, 'ARCHIVE_UNWRITABLE', code);
    assert.equal(error.scope, 'account', code);
    assert.equal(error.retryable, retryable, code);
    assert.match(error.hint ?? '', hint, code);
    const found = `${code} (HTTP ${status}, request R1)`;
    assert.equal(error.message, `cannot write object s3://bucket/mail/raw/one.eml: ${found}`);
  }
});

test('a store without room is full, and not only unwritable', async () => {
  await using server = await startS3StrictProxy();
  const full = { status: 507, code: 'InsufficientStorage' };
  const error = await failureOf(server, full, (store) => store.put(KEY, ONE));
  assert.equal(error.code, 'ARCHIVE_FULL');
  assert.equal(error.retryable, true);
});

test('reading is refused with the same hints, also where S3 answers without a body', async () => {
  await using server = await startS3StrictProxy();
  for (const read of READS) {
    const error = await failureOf(server, { status: 403, code: 'AccessDenied' }, read);
    assert.equal(error.code, 'ARCHIVE_UNREADABLE');
    assert.equal(error.retryable, false);
    assert.match(error.hint ?? '', /allow s3:GetObject/);
    assert.match(error.message, /^cannot .* s3:\/\/bucket\/mail\/raw\/.*HTTP 403/);
  }
});

test('a bucket that is not there is not an archive without the object', async () => {
  await using server = await startS3StrictProxy();
  for (const read of READS) {
    const error = await failureOf(server, { status: 404, code: 'NoSuchBucket' }, read);
    assert.equal(error.code, 'ARCHIVE_UNREADABLE');
    assert.match(error.hint ?? '', /make the bucket/);
  }
});

test('what S3 says in words, and the credentials, stay out of the error text', async () => {
  await using server = await startS3StrictProxy();
  const wordy = { status: 403, code: 'AccessDenied for arn:aws:iam::1:user/alice@example.com' };
  const error = await failureOf(server, wordy, (store) => store.put(KEY, ONE));
  for (const text of [error.message, error.hint ?? '']) {
    assert.doesNotMatch(text, /said|alice|arn:|AKIA|example-secret/);
  }
});

test('a store that cannot be reached, or is silent, is an error that passes', async () => {
  await using silent = await startS3StrictProxy();
  silent.onRequest = () => 'hang';
  for (const endpoint of [silent.endpoint, await endpointOfNobody()]) {
    for (const run of [
      ...READS,
      (store: S3BlobStore) => store.put(KEY, ONE),
      (store: S3BlobStore) => store.put(KEY, blobOf(randomBytes(300_000))),
    ]) {
      using opened = openStore({ endpoint, idleTimeoutMs: 100 });
      const error = await rejectionOf(run(opened.store));
      assert.equal(error.retryable, true);
      assert.match(error.hint ?? '', /network/);
    }
  }
});

/** Where a server was a moment ago. */
async function endpointOfNobody(): Promise<string> {
  await using server = await startS3StrictProxy();
  return server.endpoint;
}

async function failureOf(
  server: S3StrictProxy,
  fault: S3Fault,
  run: (store: S3BlobStore) => Promise<unknown>,
): Promise<MailferryError> {
  server.onRequest = () => fault;
  using opened = openStore({ endpoint: server.endpoint });
  return await rejectionOf(run(opened.store));
}

async function rejectionOf(promise: Promise<unknown>): Promise<MailferryError> {
  const thrown: unknown = await promise.then(
    () => assert.fail('nothing was thrown'),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof MailferryError, String(thrown));
  return thrown;
}

function openStore(settings: S3ClientSettings): Disposable & { store: S3BlobStore } {
  const client = createS3Client({ region: 'us-east-1', credentials: CREDENTIALS, ...settings });
  const options = { client, bucket: 'bucket', prefix: '/mail/', pauseAfter: async () => undefined };
  return { store: new S3BlobStore(options), [Symbol.dispose]: () => client.destroy() };
}
