// A receiver that takes whole bodies only never has one of wrong octets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { provenOctets } from '../../lib/spool/proven-octets.ts';
import type { Blob } from '../../lib/ports/storage.ts';
import { blobOf, inPieces } from '../support/memory-blob-store.ts';

const octets = fc.uint8Array({ maxLength: 40 });
const pieceOctets = fc.integer({ min: 1, max: 9 });

test('octets that are what the blob claims come through, however they are cut', async () => {
  const property = fc.asyncProperty(octets, pieceOctets, async (octets, piece) => {
    const given = await giveOut({ ...blobOf(octets), open: () => withEmptyPieces(octets, piece) });
    assert.equal(given.error, undefined);
    assert.deepEqual(given.octets, Buffer.from(octets));
  });
  await fc.assert(property);
});

test('of octets that are not what the blob claims, fewer than claimed come through, and an error', async () => {
  const claimed = fc.uint8Array({ minLength: 1, maxLength: 40 });
  const property = fc.asyncProperty(octets, claimed, pieceOctets, async (real, claimed, piece) => {
    fc.pre(!Buffer.from(real).equals(Buffer.from(claimed)));
    const given = await giveOut({ ...blobOf(claimed), open: () => inPieces(real, piece) });
    assert.equal((given.error as { code?: unknown }).code, 'ARCHIVE_CORRUPT');
    assert.ok(given.octets.length < claimed.length, 'a whole body was given out');
  });
  await fc.assert(property);
});

async function* withEmptyPieces(octets: Uint8Array, pieceOctets: number): AsyncGenerator<Uint8Array> {
  for await (const piece of inPieces(octets, pieceOctets)) {
    yield piece;
    yield new Uint8Array(0);
  }
}

async function giveOut(blob: Blob): Promise<{ octets: Buffer; error: unknown }> {
  const chunks: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const chunk of provenOctets(blob, 'a test')) chunks.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  return { octets: Buffer.concat(chunks), error };
}
