// Maildir and .eml folders: what is written, and that a second export writes nothing twice.

import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openOutputFolder } from '../../lib/adapters/new-files.ts';
import { emlTarget, maildirTarget } from '../../lib/export/folder-targets.ts';
import { BOB } from '../contract/sample-records.ts';
import { MemoryBlobStore, sha256Of } from '../support/memory-blob-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { letter, plant, runExport } from './exporting.ts';

function threeLetters(): MemoryBlobStore {
  const blobs = new MemoryBlobStore();
  for (const number of [1, 2, 3]) plant(blobs, letter(number, number));
  plant(blobs, letter(1), BOB);
  return blobs;
}

test('a Maildir gets each message as a new one, octet for octet, with the time it was received', async () => {
  await using folder = await temporaryFolder();
  const output = await openOutputFolder(folder.path, ['cur', 'new'], 'tmp');
  await runExport(threeLetters(), maildirTarget(output));
  const names = (await readdir(join(folder.path, 'new'))).sort();
  const sha256s = [1, 2, 3].map((number) => sha256Of(letter(number, number)));
  assert.deepEqual(
    names,
    sha256s.map((sha256, at) => `${1_735_689_600 + at * 86_400}.${sha256}.ann`),
  );
  for (const [at, name] of names.entries()) {
    const path = join(folder.path, 'new', name);
    assert.deepEqual(await readFile(path), letter(at + 1, at + 1));
    assert.equal((await stat(path)).mtime.toISOString(), `2025-01-0${at + 1}T03:04:05.000Z`);
  }
});

test('a second export into a Maildir that a mail program has read writes only what is missing', async () => {
  await using folder = await temporaryFolder();
  const output = await openOutputFolder(folder.path, ['cur', 'new'], 'tmp');
  const blobs = threeLetters();
  await runExport(blobs, maildirTarget(output), { until: undefined });
  const [read = '', ...unread] = (await readdir(join(folder.path, 'new'))).sort();
  await rename(join(folder.path, 'new', read), join(folder.path, 'cur', `${read},S=99:2,S`));
  plant(blobs, letter(4, 4));
  const { counts } = await runExport(blobs, maildirTarget(output));
  assert.deepEqual([counts.listed, counts.exported, counts.present], [4, 1, 3]);
  assert.deepEqual(await readdir(join(folder.path, 'cur')), [`${read},S=99:2,S`]);
  const names = (await readdir(join(folder.path, 'new'))).sort();
  assert.deepEqual(names.slice(0, 2), unread);
  assert.equal(names.length, 3);
});

test('the same message of two accounts is there for both', async () => {
  await using folder = await temporaryFolder();
  const output = await openOutputFolder(folder.path, ['cur', 'new'], 'tmp');
  await mkdir(join(folder.path, 'cur'), { recursive: true });
  const blobs = threeLetters();
  const target = maildirTarget(output);
  await runExport(blobs, target);
  const [name = ''] = (await readdir(join(folder.path, 'new'))).filter((name) => name.includes('1735689600'));
  await rename(join(folder.path, 'new', name), join(folder.path, 'new', name.replace('.ann', '.bob')));
  assert.equal((await runExport(blobs, maildirTarget(output))).counts.exported, 1);
});

test('an .eml folder has a folder for the account, and a second export writes only what is missing', async () => {
  await using folder = await temporaryFolder();
  const blobs = threeLetters();
  const target = emlTarget(await openOutputFolder(folder.path, [], '.tmp'));
  await runExport(blobs, target);
  const sha256 = sha256Of(letter(2, 2));
  assert.deepEqual(await readFile(join(folder.path, 'ann', `2025-01-02-${sha256}.eml`)), letter(2, 2));
  plant(blobs, letter(4, 4));
  const { counts } = await runExport(blobs, target);
  assert.deepEqual([counts.exported, counts.present], [1, 3]);
  assert.equal((await readdir(join(folder.path, 'ann'))).length, 4);
});
