// An S3 that fails at random, under several writers of the same objects. The seed in the output brings the same draws back;
// which request meets which of them is up to the order in which the writers come.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { MailferryError } from '../../lib/core/errors.ts';
import type { Blob, BlobStore } from '../../lib/ports/storage.ts';
import { blobOf } from '../support/memory-blob-store.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { S3Rigs } from '../support/s3-rig.ts';
import { CONFLICT, INTERNAL_ERROR, SLOW_DOWN } from '../support/s3-strict-proxy.ts';
import type { S3Fault } from '../support/s3-strict-proxy.ts';
import { seededRandom } from '../support/seeded-random.ts';

const OBJECTS = 60;
const WRITERS = 6;
const LARGEST_OCTETS = 100_000;

/** Losing the answer is there twice: it is the one that tempts a store to write again. */
const WRITE_FAULTS: readonly S3Fault[] = [
  SLOW_DOWN,
  INTERNAL_ERROR,
  CONFLICT,
  { ...INTERNAL_ERROR, early: 'before-body' },
  'cut-before-body',
  'cut-in-body',
  'lose-answer',
  'lose-answer',
  'spoil-octet',
];
const READ_FAULTS: readonly S3Fault[] = [INTERNAL_ERROR, 'cut-before-body', 'lose-answer'];

const skip = motoSkip();
const rigs = new S3Rigs();
after(async () => await rigs[Symbol.asyncDispose]());

test('with faults mixed at random, every object is there once with its own octets', { skip }, async (t) => {
  await using rig = await rigs.open();
  const random = seededRandom();
  rig.proxy.onRequest = (method) => {
    const [odds, faults] = method === 'PUT' ? [0.45, WRITE_FAULTS] : [0.1, READ_FAULTS];
    return random.between(0, 1) < odds ? faults[Math.floor(random.between(0, faults.length))] : undefined;
  };
  const sizes = Array.from({ length: OBJECTS }, () => Math.floor(random.between(0, LARGEST_OCTETS)));
  const blobs = sizes.map((size) => blobOf(randomBytes(size)));
  // Each is put by two writers, as two runs would that know nothing of each other.
  const work = [...blobs, ...blobs].map((blob) => ({ blob, order: random.between(0, 1) }));
  const queue = work.sort((one, other) => one.order - other.order).map(({ blob }) => blob);
  const said = new Map<string, string[]>();
  let givenUp = 0;
  const write = async (): Promise<void> => {
    for (let blob = queue.pop(); blob; blob = queue.pop()) {
      const { outcome, failures } = await putUntilDone(rig.store, blob);
      said.set(keyOf(blob), [...(said.get(keyOf(blob)) ?? []), outcome]);
      givenUp += failures;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));

  rig.proxy.onRequest = () => undefined;
  const keys = blobs.map((blob) => rig.prefix + keyOf(blob)).sort();
  assert.deepEqual(await rig.moto.versions(rig.prefix), keys);
  for (const blob of blobs) {
    assert.equal(await rig.store.verify(keyOf(blob), blob), 'intact');
    assert.equal(blobOf(await rig.moto.peek(rig.prefix + keyOf(blob))).sha256, blob.sha256);
    const outcomes = said.get(keyOf(blob)) ?? [];
    assert.equal(outcomes.length, 2);
    assert.ok(outcomes.includes('exists'), `both writers were told that they stored it: ${outcomes.join()}`);
  }
  const faults = rig.proxy.seen.filter(({ fault }) => fault !== undefined).length;
  assert.ok(faults > OBJECTS, `only ${faults} faults`);
  t.diagnostic(
    `seed ${random.seed}: ${OBJECTS} objects put twice, ${rig.proxy.seen.length} requests, ${faults} faults, ${givenUp} puts given up and begun again`,
  );
});

/** Begins again after a failure that passes, as the next run would. Any other fails the test. */
async function putUntilDone(store: BlobStore, blob: Blob): Promise<{ outcome: string; failures: number }> {
  for (let failures = 0; ; failures += 1) {
    try {
      return { outcome: await store.put(keyOf(blob), blob), failures };
    } catch (error) {
      assert.ok(error instanceof MailferryError && error.retryable, String(error));
    }
  }
}

function keyOf({ sha256 }: Blob): string {
  return `raw/${sha256}.eml`;
}
