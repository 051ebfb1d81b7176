// Writes at the same time are one transaction: all of it is there, or nothing.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openSqliteDatabase } from '../../lib/adapters/sqlite-database.ts';
import { groupCommitOf } from '../../lib/adapters/sqlite-group-commit.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Opened extends AsyncDisposable {
  readonly commits: ReturnType<typeof groupCommitOf>;
  readonly insert: (name: string) => () => string;
  /** As another process that writes. @returns what ends it */
  readonly hold: () => () => void;
  /** As another process would see it. */
  readonly seen: () => string[];
  /** Transactions so far, by what SQLite counts in its file. */
  readonly begun: string[];
}

async function open(): Promise<Opened> {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  const database = openSqliteDatabase(path, 50);
  database.exec('CREATE TABLE thing (name TEXT PRIMARY KEY) STRICT');
  const begun: string[] = [];
  const exec = database.exec.bind(database);
  database.exec = (sql: string) => {
    begun.push(sql);
    exec(sql);
  };
  const other = new DatabaseSync(path);
  return {
    commits: groupCommitOf(database, path),
    insert: (name) => () => {
      database.prepare('INSERT INTO thing VALUES (?)').run(name);
      return name;
    },
    seen: () =>
      other
        .prepare('SELECT name FROM thing ORDER BY name')
        .all()
        .map(({ name }) => String(name)),
    begun,
    hold: () => {
      other.exec('BEGIN IMMEDIATE');
      return () => other.exec('ROLLBACK');
    },
    [Symbol.asyncDispose]: async () => {
      other.close();
      database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('what is written at the same moment is one transaction, and each is told its own result', async () => {
  await using opened = await open();
  const { commits, insert, seen, begun } = opened;
  const told = await Promise.all(['a', 'b', 'c'].map(async (name) => await commits.write(insert(name))));
  assert.deepEqual(told, ['a', 'b', 'c']);
  assert.deepEqual(seen(), ['a', 'b', 'c']);
  assert.deepEqual(begun, ['BEGIN IMMEDIATE', 'COMMIT']);
});

test('nothing is told before it is on the disk', async () => {
  await using opened = await open();
  const { commits, insert, seen } = opened;
  const seenWhenTold: string[][] = [];
  await Promise.all(
    ['a', 'b'].map(async (name) => {
      await commits.write(insert(name));
      seenWhenTold.push(seen());
    }),
  );
  assert.deepEqual(seenWhenTold, [
    ['a', 'b'],
    ['a', 'b'],
  ]);
});

test('one that cannot be written fails alone, and says so', async () => {
  await using opened = await open();
  const { commits, insert, seen } = opened;
  const outcomes = await Promise.allSettled([
    commits.write(insert('a')),
    commits.write(insert('a')),
    commits.write(insert('b')),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  const reasons = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as object] : [],
  );
  assert.deepEqual(
    reasons.map((reason) => 'code' in reason && reason.code),
    ['LEDGER_FAILED'],
  );
  assert.deepEqual(seen(), ['a', 'b']);
});

test('a database that somebody holds is waited for once, not once for each', async () => {
  await using opened = await open();
  const { commits, insert, seen, begun, hold } = opened;
  const release = hold();
  const outcomes = await Promise.allSettled(
    ['a', 'b', 'c'].map(async (name) => await commits.write(insert(name))),
  );
  assert.ok(outcomes.every(({ status }) => status === 'rejected'));
  assert.deepEqual(begun, ['BEGIN IMMEDIATE']);
  release();
  await commits.write(insert('d'));
  assert.deepEqual(seen(), ['d']);
});

test('after a group others are gathered for a moment, and come into one transaction though not at one moment', async () => {
  await using opened = await open();
  const { commits, insert, begun } = opened;
  await Promise.all([commits.write(insert('a')), commits.write(insert('b'))]);
  begun.length = 0;
  const first = commits.write(insert('c'));
  await new Promise((soon) => setImmediate(soon));
  await Promise.all([first, commits.write(insert('d'))]);
  assert.deepEqual(begun, ['BEGIN IMMEDIATE', 'COMMIT']);
});
