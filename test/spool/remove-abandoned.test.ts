// Sweeping a spool folder: what the dead left goes, what the living use stays.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { removeAbandoned } from '../../lib/spool/remove-abandoned.ts';
import { spool } from '../../lib/spool/spool.ts';
import { parseTempFileName, safeHost, tempFileName } from '../../lib/spool/temp-file-name.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sweep-test-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** A process that has certainly ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

async function leave(name: string, ageHours = 0): Promise<void> {
  const path = join(directory, name);
  await writeFile(path, 'left');
  const time = Date.now() / 1000 - ageHours * 3600;
  await utimes(path, time, time);
}

void test("a dead process's file goes, a living one's stays", async () => {
  const alive = tempFileName({ host: hostname(), pid: process.ppid }, 1);
  await leave(tempFileName({ host: hostname(), pid: deadPid() }, 1));
  await leave(alive);
  assert.equal(await removeAbandoned(directory), 1);
  assert.deepEqual(await readdir(directory), [alive]);
});

void test('another host decides by age alone: a day', async () => {
  const young = tempFileName({ host: 'elsewhere', pid: 1 }, 1);
  await leave(young, 23);
  await leave(tempFileName({ host: 'elsewhere', pid: 1 }, 2), 25);
  assert.equal(await removeAbandoned(directory), 1);
  assert.deepEqual(await readdir(directory), [young]);
});

void test('a file with our own pid that we did not write goes; one we use stays however old', async () => {
  await leave(tempFileName({ host: hostname(), pid: process.pid }, 999_999));
  const source = (async function* () {
    yield Buffer.alloc(10);
  })();
  const blob = await spool(source, { directory, memoryOctets: 0 });
  try {
    const inAWeek = Date.now() + 7 * 24 * 3600 * 1000;
    assert.equal(await removeAbandoned(directory, inAWeek), 1);
    assert.equal((await readdir(directory)).length, 1);
  } finally {
    await blob.dispose();
  }
});

void test("other people's files are never touched, and an absent folder is no error", async () => {
  for (const name of ['notes.txt', 'x.tmp', 'a-b-c.tmp', '-1-1.tmpx']) await leave(name, 1000);
  assert.equal(await removeAbandoned(directory), 0);
  assert.equal((await readdir(directory)).length, 4);
  assert.equal(await removeAbandoned(join(directory, 'absent')), 0);
});

void test('a name gives back its host and pid, whatever the host is called', () => {
  for (const host of ['a', 'my-host-12-3', 'x.example.com', 'gerät/..', '']) {
    assert.deepEqual(parseTempFileName(tempFileName({ host, pid: 42 }, 7)), {
      host: safeHost(host),
      pid: 42,
    });
  }
});
