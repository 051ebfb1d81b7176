// An account exported: every message once, in order, proven; what is damaged is named and left out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MailferryError } from '../../lib/core/errors.ts';
import type { ArchiveDate } from '../../lib/core/record.ts';
import { isGood } from '../../lib/export/export-report.ts';
import { ANN, BOB } from '../contract/sample-records.ts';
import { DamageableBlobs } from '../support/damageable-blobs.ts';
import { failureOf } from '../support/failure-of.ts';
import { collect, inPieces, MemoryBlobStore } from '../support/memory-blob-store.ts';
import { letter, plant, runExport, TestTarget } from './exporting.ts';

const NONE = { listed: 0, exported: 0, present: 0, left: 0, outside: 0, octets: 0 };

function filled(count: number): { blobs: DamageableBlobs; keys: string[] } {
  const blobs = new DamageableBlobs();
  const keys = Array.from({ length: count }, (_, number) => plant(blobs, letter(number, 1 + (number % 28))));
  return { blobs, keys: keys.sort() };
}

function keysOf({ written }: TestTarget): string[] {
  return written.map(({ message: { dt, sha256 } }) => `raw/account=ann/dt=${dt}/${sha256}.eml`);
}

test('every message of the account is written once, with its octets, by day and sha256', async () => {
  const { blobs, keys } = filled(60);
  plant(blobs, letter(1), BOB);
  const target = new TestTarget();
  const report = await runExport(blobs, target);
  assert.deepEqual(keysOf(target), keys);
  for (const [at, { octets }] of target.written.entries())
    assert.deepEqual(octets, blobs.peek(keys[at] ?? ''));
  const octets = target.written.reduce((sum, written) => sum + written.octets.length, 0);
  assert.deepEqual(report, {
    account: ANN,
    counts: { ...NONE, listed: 60, exported: 60, octets },
    problems: [],
  });
});

test('messages are written in order and one at a time, however slow the one in front is to be read', async () => {
  const { blobs, keys } = filled(20);
  const target = new TestTarget();
  let underWay = 0;
  target.before = async () => {
    underWay += 1;
    assert.equal(underWay, 1);
    await nextTurn();
    underWay -= 1;
  };
  const slow = {
    list: (prefix: string) => blobs.list(prefix),
    get: async (key: string) => {
      for (let turns = keys.length - keys.indexOf(key); turns > 0; turns -= 1) await nextTurn();
      return await blobs.get(key);
    },
  };
  await runExport(slow, target);
  assert.deepEqual(keysOf(target), keys);
});

test('one whose octets the storage gave up while it waited for its turn is read again', async () => {
  const { blobs, keys } = filled(12);
  const waited = keys[5] ?? '';
  let reads = 0;
  const source = {
    list: (prefix: string) => blobs.list(prefix),
    get: async (key: string) => {
      if (key !== waited || (reads += 1) > 1) return await blobs.get(key);
      return (async function* () {
        yield Buffer.from('Subject: 1\r\n\r\n');
        const details = { code: 'ARCHIVE_UNREADABLE', scope: 'account', retryable: true } as const;
        throw new MailferryError('socket hang up', details);
      })();
    },
  };
  const target = new TestTarget();
  const { problems } = await runExport(source, target);
  assert.deepEqual([keysOf(target), problems, reads], [keys, [], 2]);
});

test('where order does not matter several are written at a time', async () => {
  const { blobs, keys } = filled(20);
  const target = new TestTarget(false);
  let underWay = 0;
  let most = 0;
  target.before = async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await nextTurn();
    underWay -= 1;
  };
  await runExport(blobs, target);
  assert.ok(most > 1);
  assert.deepEqual(keysOf(target).sort(), keys);
});

test('both days are inside, and what is outside is counted', async () => {
  const blobs = new MemoryBlobStore();
  for (const day of [1, 2, 3, 4, 5]) plant(blobs, letter(day, day));
  const daysOf = async (since?: string, until?: string): Promise<[string[], number, number]> => {
    const target = new TestTarget();
    const range = { since: since as ArchiveDate | undefined, until: until as ArchiveDate | undefined };
    const { counts } = await runExport(blobs, target, range);
    return [target.written.map(({ message }) => message.dt.slice(-2)), counts.listed, counts.outside];
  };
  assert.deepEqual(await daysOf('2025-01-02', '2025-01-04'), [['02', '03', '04'], 5, 2]);
  assert.deepEqual(await daysOf('2025-01-05'), [['05'], 5, 4]);
  assert.deepEqual(await daysOf(undefined, '2025-01-01'), [['01'], 5, 4]);
  assert.deepEqual(await daysOf('2025-02-01', '2025-01-01'), [[], 5, 5]);
});

test('a message with other octets than its name promises is named, and the rest goes on', async () => {
  const { blobs, keys } = filled(5);
  const [, damaged = ''] = keys;
  blobs.plant(damaged, Buffer.from('something else'));
  const target = new TestTarget();
  const report = await runExport(blobs, target);
  assert.deepEqual(keysOf(target), keys.toSpliced(1, 1));
  assert.deepEqual({ ...report.counts, octets: 0 }, { ...NONE, listed: 5, exported: 4, left: 1 });
  assert.deepEqual(
    report.problems.map(({ kind, key }) => ({ kind, key })),
    [{ kind: 'object-different', key: damaged }],
  );
  assert.match(report.problems[0]?.detail ?? '', /^it has 14 octets with sha256 [0-9a-f]{64}$/);
  assert.equal(isGood(report), false);
});

test('one that cannot be read, or was taken away meanwhile, is named, and the rest goes on', async () => {
  const { blobs, keys } = filled(5);
  blobs.unreadable.add(keys[0] ?? '');
  const source = {
    list: (prefix: string) => blobs.list(prefix),
    get: async (key: string) => (key === keys[1] ? undefined : await blobs.get(key)),
  };
  const target = new TestTarget();
  const report = await runExport(source, target);
  assert.deepEqual(keysOf(target), keys.slice(2));
  assert.equal(report.counts.left, 2);
  assert.deepEqual(new Set(report.problems.map(({ kind }) => kind)), new Set(['object-unreadable']));
});

test('when hardly any can be read it is the archive that is out of order', async () => {
  const { blobs, keys } = filled(120);
  for (const key of keys) blobs.unreadable.add(key);
  assert.equal(
    (await failureOf(async () => await runExport(blobs, new TestTarget()))).code,
    'ARCHIVE_UNREADABLE',
  );
});

test('a file that is no message is told and not exported, and is no damage', async () => {
  const { blobs } = filled(1);
  blobs.plant('raw/account=ann/dt=2025-01-01/notes.txt', Buffer.from('x'));
  const target = new TestTarget();
  const report = await runExport(blobs, target);
  assert.equal(target.written.length, 1);
  assert.equal(report.counts.listed, 1);
  assert.deepEqual(
    report.problems.map(({ kind }) => kind),
    ['foreign-object'],
  );
  assert.ok(isGood(report));
});

test('what is there already is not read', async () => {
  const { blobs, keys } = filled(3);
  const target = new TestTarget();
  target.there.add(/([0-9a-f]{64})/.exec(keys[1] ?? '')?.[1] ?? '');
  blobs.unreadable.add(keys[1] ?? '');
  const { counts } = await runExport(blobs, target);
  assert.deepEqual({ ...counts, octets: 0 }, { ...NONE, listed: 3, exported: 2, present: 1 });
});

test('asked to stop it ends with the message under way', async () => {
  const { blobs } = filled(40);
  const stop = new AbortController();
  const target = new TestTarget();
  target.before = async () => {
    if (target.written.length === 4) stop.abort();
  };
  const failure = await failureOf(async () => await runExport(blobs, target, { stop: stop.signal }));
  assert.equal(failure.code, 'INTERRUPTED');
  assert.equal(target.written.length, 5);
});

test('a target that cannot be written ends it, and every message that was opened is closed', async () => {
  const { blobs } = filled(40);
  let [opened, closed] = [0, 0];
  const source = {
    list: (prefix: string) => blobs.list(prefix),
    get: async (key: string) => {
      const octets = await collect((await blobs.get(key)) ?? inPieces(Buffer.alloc(0)));
      return (async function* () {
        opened += 1;
        try {
          yield octets;
        } finally {
          closed += 1;
        }
      })();
    },
  };
  const target = new TestTarget();
  target.before = async () => {
    const details = { code: 'EXPORT_UNWRITABLE', scope: 'account', retryable: true } as const;
    if (target.written.length === 2) throw new MailferryError('full', details);
  };
  const failure = await failureOf(async () => await runExport(source, target));
  assert.equal(failure.code, 'EXPORT_UNWRITABLE');
  assert.ok(opened < 40);
  assert.equal(closed, opened);
});
