// An output folder: a file appears whole or not at all, and never over another.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openOutputFolder } from '../../lib/adapters/new-files.ts';
import { failureOf } from '../support/failure-of.ts';
import { inPieces } from '../support/memory-blob-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WHEN = new Date('2025-01-02T03:04:05Z');
const octetsOf = (text: string): AsyncIterable<Uint8Array> => inPieces(Buffer.from(text), 5);

async function namesOf(names: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const name of names) found.push(name);
  return found.sort();
}

test('a file has its octets, its time and no other reader than its owner', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'new', 'deep');
  const output = await openOutputFolder(path, ['cur', 'new'], 'tmp');
  assert.deepEqual((await readdir(path)).sort(), ['cur', 'new', 'tmp']);
  assert.equal(await output.has('new/a'), false);
  assert.equal(await output.write('new/a', octetsOf('a message'), WHEN), 'written');
  assert.equal(await output.write('other/b', octetsOf(''), new Date('0001-01-01T00:00:00Z')), 'written');
  await output.finish();
  assert.equal(await output.has('new/a'), true);
  assert.deepEqual(await namesOf(output.names('new')), ['a']);
  assert.deepEqual(await namesOf(output.names('absent')), []);
  assert.equal(await readFile(join(path, 'new/a'), 'utf8'), 'a message');
  const { mode, mtime } = await stat(join(path, 'new/a'));
  assert.deepEqual([mode & 0o777, mtime], [0o600, WHEN]);
  assert.equal((await stat(join(path, 'other/b'))).mtimeMs, 0);
  assert.deepEqual(await readdir(join(path, 'tmp')), []);
});

test('a file that is there stays as it is', async () => {
  await using folder = await temporaryFolder();
  const output = await openOutputFolder(folder.path, [], '.tmp');
  await output.write('a', octetsOf('first'), WHEN);
  assert.equal(await output.write('a', octetsOf('second'), new Date()), 'exists');
  assert.equal(await readFile(join(folder.path, 'a'), 'utf8'), 'first');
  assert.deepEqual(await readdir(join(folder.path, '.tmp')), []);
});

test('octets that break off leave nothing', async () => {
  await using folder = await temporaryFolder();
  const output = await openOutputFolder(folder.path, ['cur', 'new'], 'tmp');
  const breakOff = async (): Promise<unknown> =>
    await output.write(
      'new/a',
      (async function* () {
        yield Buffer.from('half a mess');
        throw new Error('damaged');
      })(),
      WHEN,
    );
  await assert.rejects(breakOff, /damaged/);
  assert.deepEqual(
    [await readdir(join(folder.path, 'new')), await readdir(join(folder.path, 'tmp'))],
    [[], []],
  );
});

test('a folder of something else is refused and left as it is; an empty one and one of this form are not', async () => {
  await using folder = await temporaryFolder();
  const [home, empty, maildir] = ['home', 'empty', 'maildir'].map((name) => join(folder.path, name));
  for (const made of [home, empty, join(maildir ?? '', 'cur'), join(maildir ?? '', 'new')])
    await mkdir(made ?? '', { recursive: true });
  await writeFile(join(home ?? '', 'letter.txt'), 'x');
  await writeFile(join(maildir ?? '', 'subscriptions'), 'x');
  const open = async (path = ''): Promise<unknown> => await openOutputFolder(path, ['cur', 'new'], 'tmp');
  const failure = await failureOf(async () => await open(home));
  assert.deepEqual([failure.code, failure.scope], ['EXPORT_EXISTS', 'config']);
  assert.deepEqual(await readdir(home ?? ''), ['letter.txt']);
  await open(empty);
  await open(empty);
  await open(maildir);
});

test('a folder that cannot be made is named', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'file');
  await writeFile(file, 'x');
  const failure = await failureOf(async () => await openOutputFolder(join(file, 'out'), [], '.tmp'));
  assert.equal(failure.code, 'EXPORT_UNWRITABLE');
  assert.equal(existsSync(join(file, 'out')), false);
});
