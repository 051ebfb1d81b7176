// Every raw object ends in exactly one counted state, and what is wrong with it is named.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailferryError } from '../../lib/core/errors.ts';
import { rawKey } from '../../lib/core/keys.ts';
import type { ArchiveDate } from '../../lib/core/record.ts';
import { isGood } from '../../lib/reparse/reparse-report.ts';
import { ANN, BOB, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { letter, plant } from '../export/exporting.ts';
import { Crash, stepped, Steps } from '../support/stepped-port.ts';
import { countsOf, isBalanced, Reparsing, told } from './reparsing.ts';
import type { Planted } from './reparsing.ts';

/** Imported, with documents. */
async function imported(count: number): Promise<{ reparsing: Reparsing; messages: Planted[] }> {
  const reparsing = new Reparsing();
  const messages = Array.from({ length: count }, (_, index) => reparsing.plant(index + 1));
  for (const message of messages) {
    await reparsing.record(message);
    reparsing.plantDocument(message);
  }
  return { reparsing, messages };
}

test('documents are made of all messages, and only of those of the account', async () => {
  const { reparsing } = await imported(5);
  plant(reparsing.blobs, letter(9), BOB);
  const report = await reparsing.run();
  assert.deepEqual(countsOf(report), { objects: 5, unchanged: 5 });
  assert.equal(
    report.counts.octets,
    [1, 2, 3, 4, 5].reduce((sum, number) => sum + letter(number, 2).length, 0),
  );
  assert.deepEqual([report.problems, reparsing.open, isGood(report)], [[], 0, true]);
});

test('of those without a document only, no other is opened or read', async () => {
  const { reparsing, messages } = await imported(4);
  const [first, second] = messages;
  assert.ok(first && second);
  reparsing.blobs.take(first.documentKey);
  // It says only that parsing failed, and yet it is a document.
  reparsing.plantDocument(second, {}, undefined, ['parse-failed', 'worker-stalled']);
  const report = await reparsing.run({ which: 'missing' });
  assert.deepEqual(countsOf(report), { objects: 4, written: 1, present: 3 });
  assert.deepEqual(reparsing.made, [first.key]);
});

test('of the outdated ones, those of another parser, those that say they failed, and those that are none are made again', async () => {
  const { reparsing, messages } = await imported(5);
  const [old, failed, missing, none, current] = messages;
  assert.ok(old && failed && missing && none && current);
  reparsing.plantDocument(old, {}, { name: 'mailferry', version: '1+mailparser.0' });
  reparsing.plantDocument(failed, {}, undefined, ['parse-failed', 'worker-stalled']);
  reparsing.blobs.take(missing.documentKey);
  reparsing.blobs.plant(none.documentKey, Buffer.from('{"ingest":{}}'));
  const report = await reparsing.run({ which: 'outdated' });
  assert.deepEqual(countsOf(report), { objects: 5, written: 4, present: 1 });
  assert.ok(!reparsing.made.includes(current.key));
});

test('messages of earlier days are passed over, also where they are missing', async () => {
  const { reparsing } = await imported(2);
  const earlier = reparsing.plant(7, 1);
  await reparsing.record(earlier);
  await reparsing.record({ ...earlier, key: earlier.key }, { uidl: uidlOf('gone'), ...goneOn('2025-01-01') });
  const since = '2025-01-02' as ArchiveDate;
  const report = await reparsing.run({ since });
  assert.deepEqual(countsOf(report), { objects: 3, unchanged: 2, outside: 1 });
  assert.ok(isBalanced(report));
  assert.deepEqual(report.problems, []);
});

function goneOn(dt: string): { dt: ArchiveDate; sha256: ReturnType<typeof storedRecord>['sha256'] } {
  return { dt: dt as ArchiveDate, sha256: storedRecord(uidlOf('x'), 'never stored').sha256 };
}

test('what could not be parsed is named, and nothing is good then', async () => {
  const { reparsing, messages } = await imported(3);
  const [kept, failed] = messages;
  assert.ok(kept && failed);
  reparsing.outcomes.set(kept.key, 'kept').set(failed.key, 'failed');
  const report = await reparsing.run();
  assert.deepEqual(countsOf(report), { objects: 3, unchanged: 1, kept: 1, failed: 1 });
  assert.deepEqual(told(report), [`document-kept ${kept.key}`, `parse-failed ${failed.key}`]);
  assert.equal(isGood(report), false);
});

test('damaged, unreadable and foreign objects are named, keep their documents, and the rest goes on', async () => {
  const { reparsing, messages } = await imported(5);
  const [damaged, cut, unreadable, locked] = messages;
  assert.ok(damaged && cut && unreadable && locked);
  const before = messages.map(({ documentKey }) => reparsing.blobs.peek(documentKey));
  reparsing.blobs.plant(damaged.key, Buffer.from('something else'));
  reparsing.blobs.plant(cut.key, reparsing.blobs.peek(cut.key)?.subarray(1) ?? Buffer.alloc(0));
  reparsing.blobs.unreadable.add(unreadable.key).add(locked.documentKey);
  const foreign = ['raw/account=ann/notes.txt', 'raw/account=ann/dt=2025-02-30/x.eml'];
  for (const key of foreign) reparsing.blobs.plant(key, Buffer.from('x'));
  const report = await reparsing.run();
  assert.deepEqual(told(report), [
    ...foreign.map((key) => `foreign-object ${key}`).sort(),
    ...[damaged, cut].map(({ key }) => `object-different ${key}`).sort(),
    ...[unreadable, locked].map(({ key }) => `object-unreadable ${key}`).sort(),
  ]);
  assert.deepEqual(countsOf(report), { objects: 7, unchanged: 1, left: 6 });
  assert.ok(isBalanced(report) && !isGood(report));
  assert.deepEqual(
    messages.map(({ documentKey }) => reparsing.blobs.peek(documentKey)),
    before,
  );
  assert.equal(reparsing.open, 0);
});

test('when nothing can be read any more the reparse ends', async () => {
  const { reparsing } = await imported(0);
  for (let number = 0; number < 200; number += 1) {
    reparsing.blobs.unreadable.add(reparsing.plant(number).documentKey);
  }
  await assert.rejects(reparsing.run(), { code: 'ARCHIVE_UNREADABLE' });
});

test('a stored message whose object is absent is named once, one that is marked lost is no news to anybody', async () => {
  const { reparsing, messages } = await imported(3);
  const [gone, lost] = messages;
  assert.ok(gone && lost);
  await reparsing.record(gone, { uidl: uidlOf('another') });
  reparsing.blobs.take(gone.key);
  reparsing.blobs.take(lost.key);
  const { sha256, uidl } = lost.ingest;
  await reparsing.ledger.mark(ANN, [{ uidl: uidlOf(uidl ?? ''), sha256 }], {
    kind: 'lost',
    at: 1,
    runId: 'r',
  });
  const report = await reparsing.run();
  assert.deepEqual(told(report), [`object-lost ${lost.key}`, `object-missing ${gone.key}`]);
  assert.deepEqual(countsOf(report), { objects: 1, unchanged: 1, missing: 2 });
  assert.equal(isGood(report), false);
  reparsing.blobs.putBack(gone.key);
  assert.equal(isGood(await reparsing.run()), true);
});

test('an object that is taken away after it was listed is named once too', async () => {
  const { reparsing, messages } = await imported(2);
  const [gone] = messages;
  assert.ok(gone);
  const ports = reparsing.ports();
  const openRaw: typeof ports.openRaw = async (key) => {
    if (key === gone.key) reparsing.blobs.take(key);
    return await ports.openRaw(key);
  };
  const report = await reparsing.run({}, { ...ports, openRaw });
  assert.deepEqual(told(report), [`object-missing ${gone.key}`]);
  assert.deepEqual(countsOf(report), { objects: 2, unchanged: 1, left: 1 });
});

test('a message that an import stores meanwhile is not taken for missing', async () => {
  const { reparsing } = await imported(1);
  const ports = reparsing.ports();
  const documents: typeof ports.documents = {
    make: async (ingest, raw) => {
      await reparsing.record(reparsing.plant(9));
      return await ports.documents.make(ingest, raw);
    },
  };
  // The listing had been read to its end.
  const keys = [...(await listed(reparsing))];
  const blobs = reparsing.blobs;
  const frozen = { get: blobs.get.bind(blobs), stat: blobs.stat.bind(blobs), list: () => given(keys) };
  const report = await reparsing.run({}, { ...ports, documents, blobs: frozen });
  assert.deepEqual([countsOf(report), report.problems], [{ objects: 1, unchanged: 1 }, []]);
});

async function listed({ blobs }: Reparsing): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of blobs.list('raw/account=ann/')) keys.push(key);
  return keys;
}

async function* given(keys: readonly string[]): AsyncGenerator<string> {
  yield* keys;
}

test('what is wrong with the place for documents ends the reparse: it is not the message', async () => {
  const { reparsing } = await imported(2);
  for (const code of ['ARCHIVE_FULL', 'ARCHIVE_UNWRITABLE', 'ARCHIVE_CORRUPT', 'SPOOL_FAILED'] as const) {
    const documents = {
      make: async (): Promise<never> => {
        throw new MailferryError('no', { code, scope: 'account', retryable: true });
      },
    };
    await assert.rejects(reparsing.run({}, { ...reparsing.ports(), documents }), { code });
    assert.equal(reparsing.open, 0);
  }
});

test('a reparse that is asked to stop ends soon, and says how to go on', async () => {
  const { reparsing } = await imported(3);
  const stop = new AbortController();
  const onDone = (): void => stop.abort();
  let isListingClosed = false;
  const blobs = reparsing.blobs;
  async function* list(prefix: string): AsyncGenerator<string> {
    try {
      yield* blobs.list(prefix);
    } finally {
      isListingClosed = true;
    }
  }
  const ports = {
    ...reparsing.ports(),
    blobs: { list, get: blobs.get.bind(blobs), stat: blobs.stat.bind(blobs) },
  };
  await assert.rejects(reparsing.run({ stop: stop.signal, atOnce: 1, onDone }, ports), {
    code: 'INTERRUPTED',
    hint: /--outdated/,
  });
  assert.deepEqual([reparsing.made.length, isListingClosed], [1, true]);
});

test('keys are never all held: so many are looked at, then the ledger is asked once for those nobody knows', async () => {
  const { reparsing } = await imported(0);
  const [count, windowKeys] = [250, 100];
  const windows: number[] = [];
  let read = 0;
  async function* many(): AsyncGenerator<string> {
    for (; read < count; read += 1) yield rawKey(ANN, '2025-01-02' as ArchiveDate, hashLike(read));
  }
  const ports = {
    ...reparsing.ports(),
    blobs: { list: many, get: async () => undefined, stat: async () => undefined },
    openRaw: async () => ({ metadata: {}, sizeOctets: 0, octets: none(), close: () => undefined }),
    isAtWork: async () => {
      windows.push(read);
      return true;
    },
  };
  const report = await reparsing.run({ atOnce: 4, windowKeys }, ports);
  assert.deepEqual(countsOf(report), { objects: count, underWay: count });
  // The hundredth is given out when the next one is not asked for yet.
  assert.deepEqual(windows, [99, 199, 250]);
});

async function* none(): AsyncGenerator<Uint8Array> {}

function hashLike(number: number): ReturnType<typeof storedRecord>['sha256'] {
  return number.toString(16).padStart(64, '0') as ReturnType<typeof storedRecord>['sha256'];
}

for (const moment of ['before', 'after'] as const) {
  test(`a reparse that dies ${moment} the effect of any step harms nothing, and the next one finishes`, async () => {
    const { reparsing, messages } = await imported(2);
    const unrecorded = reparsing.plant(3);
    reparsing.jobs.set(unrecorded.key, unrecorded.ingest);
    await reparsing.run();
    const whole = await reparsing.blobs.all();
    const attempt = async (steps: Steps): Promise<void> => {
      for (const { documentKey } of [...messages, unrecorded]) reparsing.blobs.take(documentKey);
      const ports = reparsing.ports();
      const dying = {
        ...ports,
        blobs: stepped(reparsing.blobs, steps),
        ledger: stepped(ports.ledger, steps),
        documents: stepped(ports.documents, steps),
      };
      await reparsing.run({ which: 'missing' }, dying);
    };
    const counted = new Steps(Number.POSITIVE_INFINITY, moment);
    await attempt(counted);
    assert.ok(counted.taken > 10, String(counted.taken));
    for (let last = 1; last <= counted.taken; last += 1) {
      await assert.rejects(attempt(new Steps(last, moment)), Crash);
      for (const { documentKey } of [...messages, unrecorded]) reparsing.blobs.putBack(documentKey);
      assert.ok(isGood(await reparsing.run()));
      assert.deepEqual(await reparsing.blobs.all(), whole, `step ${last}`);
    }
  });
}
