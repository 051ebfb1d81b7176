// Spooling: the same octets come out, memory and files are bounded, and nothing is left behind.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import * as fc from 'fast-check';
import { MailferryError } from '../../lib/core/errors.ts';
import { spool } from '../../lib/spool/spool.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spool-test-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function* stream(chunks: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* chunks;
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');

void test('any chunks come out as the same octets, twice, with their size and hash, at any memory limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 200 })),
      fc.integer({ min: 0, max: 500 }),
      async (chunks, memoryOctets) => {
        const whole = Buffer.concat(chunks);
        const seen: Uint8Array[] = [];
        const blob = await spool(stream(chunks), { directory, memoryOctets, onChunk: (c) => seen.push(c) });
        try {
          assert.equal(blob.sizeOctets, whole.length);
          assert.equal(blob.sha256, sha256(whole));
          assert.deepEqual(await collect(blob.open()), whole);
          assert.deepEqual(await collect(blob.open()), whole);
          assert.deepEqual(Buffer.concat(seen), whole);
          assert.equal((await readdir(directory)).length, whole.length > memoryOctets ? 1 : 0);
        } finally {
          await blob.dispose();
        }
        assert.deepEqual(await readdir(directory), []);
      },
    ),
    { numRuns: 60 },
  );
});

void test('the temporary file is readable by its owner only, and its folder is made when absent', async () => {
  const nested = join(directory, 'a', 'b');
  const blob = await spool(stream([Buffer.alloc(10)]), { directory: nested, memoryOctets: 1 });
  try {
    const [name] = await readdir(nested);
    assert.ok(name !== undefined);
    assert.match(name, /-\d+-\d+\.tmp$/);
    assert.equal((await stat(join(nested, name))).mode & 0o777, 0o600);
  } finally {
    await blob.dispose();
  }
});

void test('a source that fails leaves no file, and its own error is what the caller sees', async () => {
  const failure = new Error('the server went away');
  async function* broken(): AsyncIterable<Uint8Array> {
    yield Buffer.alloc(1000);
    assert.equal((await readdir(directory)).length, 1);
    throw failure;
  }
  await assert.rejects(spool(broken(), { directory, memoryOctets: 10 }), failure);
  assert.deepEqual(await readdir(directory), []);
});

void test('an onChunk that throws ends the spooling and closes the source', async () => {
  let isClosed = false;
  async function* source(): AsyncIterable<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(100);
    } finally {
      isClosed = true;
    }
  }
  let seen = 0;
  const onChunk = (): void => {
    seen += 1;
    if (seen === 5) throw new Error('enough');
  };
  await assert.rejects(spool(source(), { directory, memoryOctets: 150, onChunk }), /enough/);
  assert.ok(isClosed);
  assert.deepEqual(await readdir(directory), []);
});

void test('a source that reuses its buffer does not change what was spooled', async () => {
  async function* reusing(): AsyncIterable<Uint8Array> {
    const buffer = Buffer.alloc(3);
    for (const text of ['abc', 'def', 'ghi']) {
      buffer.write(text);
      yield buffer;
    }
  }
  const blob = await spool(reusing(), { directory, memoryOctets: 100 });
  try {
    assert.equal((await collect(blob.open())).toString(), 'abcdefghi');
  } finally {
    await blob.dispose();
  }
});

void test('a folder that cannot be made is SPOOL_FAILED: retryable, account scope, with a hint', async () => {
  const file = join(directory, 'file');
  await writeFile(file, '');
  await assert.rejects(
    spool(stream([Buffer.alloc(10)]), { directory: join(file, 'below'), memoryOctets: 1 }),
    (error: unknown) =>
      error instanceof MailferryError &&
      error.code === 'SPOOL_FAILED' &&
      error.scope === 'account' &&
      error.retryable &&
      error.hint !== undefined,
  );
});

void test(
  'a full disk says so in the hint',
  { skip: !(await hasFullDevice()) && 'no /dev/full here' },
  async () => {
    const { spoolFailed } = await import('../../lib/spool/temp-file.ts');
    const cause = await writeFile('/dev/full', 'x').then(
      () => assert.fail('/dev/full took a write'),
      (error: unknown) => error,
    );
    assert.match(spoolFailed('cannot write', cause).hint ?? '', /space/);
  },
);

void test('a file that vanishes is SPOOL_FAILED on reading', async () => {
  const blob = await spool(stream([Buffer.alloc(10)]), { directory, memoryOctets: 1 });
  try {
    for (const name of await readdir(directory)) await rm(join(directory, name));
    await assert.rejects(collect(blob.open()), { code: 'SPOOL_FAILED' });
  } finally {
    await blob.dispose();
  }
});

void test('a disposed blob cannot be read, and may be disposed of again', async () => {
  for (const memoryOctets of [0, 100]) {
    const blob = await spool(stream([Buffer.alloc(10)]), { directory, memoryOctets });
    await blob.dispose();
    await blob.dispose();
    await assert.rejects(collect(blob.open()), /disposed/);
  }
});

void test('a reader that stops early closes the file', async () => {
  const blob = await spool(stream([Buffer.alloc(2_000_000)]), { directory, memoryOctets: 1 });
  try {
    for await (const chunk of blob.open()) {
      assert.ok(chunk.length < 2_000_000);
      break;
    }
  } finally {
    await blob.dispose();
  }
  assert.deepEqual(await readdir(directory), []);
});

async function hasFullDevice(): Promise<boolean> {
  return await stat('/dev/full').then(
    (found) => found.isCharacterDevice(),
    () => false,
  );
}

void test('what is said to be larger than memory may be goes to a file from the start, and is the same blob', async () => {
  for (const octets of [Buffer.from('small after all'), Buffer.alloc(700_000, 'large')]) {
    const options = { directory, memoryOctets: 1000, expectedOctets: 1001 };
    const blob = await spool(stream([octets.subarray(0, 5), octets.subarray(5)]), options);
    assert.equal((await readdir(directory)).length, 1);
    assert.deepEqual([blob.sizeOctets, blob.sha256], [octets.length, sha256(octets)]);
    assert.ok((await collect(blob.open())).equals(octets));
    await blob.dispose();
  }
  assert.deepEqual(await readdir(directory), []);
});
