// An output file: nothing has its name before it is whole, and nothing is ever changed.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createNewFile } from '../../lib/adapters/new-file.ts';
import { safeHost } from '../../lib/spool/temp-file-name.ts';
import { failureOf } from '../support/failure-of.ts';
import { inPieces } from '../support/memory-blob-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const octetsOf = (text: string): AsyncIterable<Uint8Array> => inPieces(Buffer.from(text), 5);

async function* failing(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* octets;
  throw new Error('damaged');
}

test('the file has its name only once it is finished, private, and with nothing beside it', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'out.mbox');
  const file = await createNewFile(path);
  await file.append(octetsOf('one message, '));
  await file.append(octetsOf('and another'));
  assert.equal(existsSync(path), false);
  await file.finish();
  await file.close();
  assert.equal(await readFile(path, 'utf8'), 'one message, and another');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(folder.path), ['out.mbox']);
});

test('an append that breaks off leaves nothing of it, long or short, and the next one follows what was before', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'out.mbox');
  const file = await createNewFile(path);
  await file.append(octetsOf('first,'));
  await assert.rejects(async () => await file.append(failing(octetsOf('short'))), /damaged/);
  await file.append(octetsOf('second,'));
  await assert.rejects(
    async () => await file.append(failing(inPieces(Buffer.alloc(1_000_000, 'x'), 60_000))),
    /damaged/,
  );
  await file.append(octetsOf('third'));
  await file.finish();
  assert.equal(await readFile(path, 'utf8'), 'first,second,third');
});

test('closed before it is finished it leaves nothing', async () => {
  await using folder = await temporaryFolder();
  const file = await createNewFile(join(folder.path, 'out.mbox'));
  await file.append(inPieces(Buffer.alloc(1_000_000), 60_000));
  await file.close();
  await file.close();
  assert.deepEqual(await readdir(folder.path), []);
});

test('a file that is there is refused and stays, also one that came meanwhile', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'out.mbox');
  const late = await createNewFile(path);
  await late.append(octetsOf('ours'));
  await writeFile(path, 'theirs');
  assert.equal((await failureOf(async () => await late.finish())).code, 'EXPORT_EXISTS');
  await late.close();
  const failure = await failureOf(async () => await createNewFile(path));
  assert.deepEqual([failure.code, failure.scope], ['EXPORT_EXISTS', 'config']);
  assert.equal(await readFile(path, 'utf8'), 'theirs');
  assert.deepEqual(await readdir(folder.path), ['out.mbox']);
});

test('what a process that has died left is taken away, and nothing else is', async () => {
  await using folder = await temporaryFolder();
  const gone = spawnSync('true').pid;
  const host = safeHost(hostname());
  const kept = [
    `out.mbox.${host}-1.part`,
    `out.mbox.elsewhere-${gone}.part`,
    `other.mbox.${host}-${gone}.part`,
    `out.mbox.${host}-${gone}.partial`,
  ];
  for (const name of [...kept, `out.mbox.${host}-${gone}.part`, `out.mbox.${host}-${process.pid}.part`])
    await writeFile(join(folder.path, name), 'x');
  const file = await createNewFile(join(folder.path, 'out.mbox'));
  await file.finish();
  assert.deepEqual((await readdir(folder.path)).sort(), [...kept, 'out.mbox'].sort());
});

test('a folder that is not there is named', async () => {
  await using folder = await temporaryFolder();
  const failure = await failureOf(async () => await createNewFile(join(folder.path, 'no', 'out.mbox')));
  assert.equal(failure.code, 'EXPORT_UNWRITABLE');
  assert.match(failure.message, /out\.mbox.*ENOENT/);
});
