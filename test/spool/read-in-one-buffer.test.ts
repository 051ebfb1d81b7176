// A file looked at through one buffer: every octet in order, and the file closed however the reading ends.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readInOneBuffer } from '../../lib/spool/read-in-one-buffer.ts';
import { sha256Of } from '../support/memory-blob-store.ts';
import { procSkip } from '../support/process-facts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const openFiles = (): number => readdirSync('/proc/self/fd').length;

test('all octets come in order, in files of any size', async () => {
  await using folder = await temporaryFolder();
  for (const sizeOctets of [0, 1, 512 * 1024, 512 * 1024 + 1, 3_000_000]) {
    const path = join(folder.path, String(sizeOctets));
    const octets = randomBytes(sizeOctets);
    await writeFile(path, octets);
    const hash = createHash('sha256');
    for await (const piece of readInOneBuffer(path)) hash.update(piece);
    assert.equal(hash.digest('hex'), sha256Of(octets));
  }
});

test('one buffer is all it takes', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'large');
  await writeFile(path, Buffer.alloc(3_000_000));
  const buffers = new Set<ArrayBufferLike>();
  for await (const piece of readInOneBuffer(path)) buffers.add(piece.buffer);
  assert.equal(buffers.size, 1);
});

test('a file that is not there, or no file, is a failure of the spool', async () => {
  await using folder = await temporaryFolder();
  for (const path of [join(folder.path, 'absent'), folder.path])
    await assert.rejects(readInOneBuffer(path).next(), { code: 'SPOOL_FAILED' });
});

test('whoever stops early leaves no file open', { skip: procSkip() }, async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'large');
  await writeFile(path, Buffer.alloc(3_000_000));
  const before = openFiles();
  for await (const _ of readInOneBuffer(path)) break;
  assert.equal(openFiles(), before);
});
