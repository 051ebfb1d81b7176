// A batch of notifications: documents for those that are of mail, and for each of the others a way back to the queue.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { MailferryError } from '../../../lib/core/errors.ts';
import { workerCommand } from '../../../lib/parse/worker-command.ts';
import { inPieces } from '../../support/memory-blob-store.ts';
import { parsed } from '../../parse/parsed.ts';
import { noticeOf, ParseRig, s3Record } from './parse-rig.ts';

const MESSAGE = 'From: a@example.com\r\nDate: 1 Jan 2024 00:00 +0000\r\nSubject: Grüße\r\n\r\nHello';
/** A worker that does what the message says. */
const FAULTY = { ...workerCommand(100), args: [join(import.meta.dirname, '../../parse/faulty-worker.ts')] };

test('a message gets its document, by one request for its octets and none for anything else', async () => {
  await using rig = await ParseRig.open();
  const { raw, parsedKey, notice, ingest } = rig.plant(MESSAGE);
  const asked: string[] = [];
  const open = async (key: string): ReturnType<typeof rig.raw.open> => {
    asked.push(key);
    return await rig.raw.open(key);
  };
  rig.derived.stat = async (key) => assert.fail(`asked for ${key}`);
  rig.derived.get = async (key) => assert.fail(`asked for ${key}`);
  assert.deepEqual(await rig.run([notice], { raw: { open } }), []);
  assert.deepEqual(asked, [ingest.rawKey]);
  const { document } = await parsed(raw);
  assert.equal(String(rig.derived.peek(parsedKey)), `${JSON.stringify(document)}\n`);
  assert.deepEqual(rig.said, ['MessagesParsed']);
  assert.deepEqual(rig.raw.writes, []);
});

test('the same notification again replaces the document by the same octets', async () => {
  await using rig = await ParseRig.open();
  const { parsedKey, notice } = rig.plant(MESSAGE);
  await rig.run([notice]);
  const first = String(rig.derived.peek(parsedKey));
  assert.deepEqual(await rig.run([notice, { ...notice, messageId: 'm2' }]), []);
  assert.equal(String(rig.derived.peek(parsedKey)), first);
  assert.equal(rig.pools.length, 1, 'the pool is kept from one invocation to the next');
});

test('a message that cannot be parsed has a document that says so, and is done', async () => {
  await using rig = await ParseRig.open({ command: FAULTY });
  const bomb = rig.plant('die\r\n\r\nHello', 'bomb');
  const good = rig.plant('behave\r\n\r\nHello', 'good');
  assert.deepEqual(await rig.run([bomb.notice, good.notice]), []);
  assert.deepEqual(rig.document(bomb.parsedKey).problems, ['parse-failed', 'worker-died']);
  assert.equal(String(rig.derived.peek(good.parsedKey)), '{}\n');
  assert.deepEqual(rig.said.filter((line) => line === 'ParseFailures').length, 1);
  assert.deepEqual(rig.said.filter((line) => line === 'MessagesParsed').length, 2);
  assert.ok(
    rig.said.some((line) => line.includes('could not be parsed') && line.includes(bomb.ingest.sha256)),
  );
});

test('a message that could not be parsed again keeps its document, and that is no failure of it', async () => {
  await using rig = await ParseRig.open({ command: FAULTY });
  const { parsedKey, notice } = rig.plant('die\r\n\r\nHello');
  const document = '{"subject":"Hello","problems":[]}';
  rig.derived.plant(parsedKey, Buffer.from(document));
  assert.deepEqual(await rig.run([notice]), []);
  assert.equal(String(rig.derived.peek(parsedKey)), document);
  const [counted, line, ...more] = rig.said;
  assert.deepEqual([counted, more], ['MessagesParsed', []]);
  assert.match(line ?? '', /could not be parsed again: its document from before stays/);
  assert.equal(Reflect.get(rig.events.at(-1)?.data ?? {}, 'outcome'), 'parsed');
});

test('a message without a UIDL and one whose UIDL is not known any more say so in their documents', async () => {
  await using rig = await ParseRig.open();
  const { raw, ingest, parsedKey, notice } = rig.plant(MESSAGE);
  for (const [absent, uidl] of [
    ['none', ''],
    ['too-long', null],
  ] as const) {
    const metadata = { format: '1', 'run-id': 'r', 'fetched-at': ingest.fetchedAt, 'uidl-absent': absent };
    rig.raw.plant(ingest.rawKey, raw, metadata);
    assert.deepEqual(await rig.run([notice]), []);
    assert.equal(rig.document(parsedKey).ingest['uidl'], uidl);
  }
});

test("S3's trial is done with at once", async () => {
  await using rig = await ParseRig.open();
  assert.deepEqual(await rig.run([{ messageId: 'm', body: '{"Event":"s3:TestEvent"}' }]), []);
  assert.deepEqual(rig.said, ['S3 has tried the way to this queue {}']);
});

test('what is not of a raw message of this archive goes back, is counted, and is not repeated in the log', async () => {
  await using rig = await ParseRig.open();
  const { ingest } = rig.plant(MESSAGE);
  rig.raw.plant('raw/ann@example.com.eml', Buffer.from('x'));
  const elsewhere = s3Record(ingest.rawKey);
  (elsewhere['s3'] as { bucket: { name: string } }).bucket.name = 'ann@example.com';
  const notices = [
    { messageId: 'no-json', body: 'ann@example.com' },
    {
      messageId: 'removed',
      body: JSON.stringify({ Records: [s3Record('x', { eventName: 'ObjectRemoved:Delete' })] }),
    },
    { messageId: 'other-bucket', body: JSON.stringify({ Records: [elsewhere] }) },
    noticeOf('other-key', 'raw/ann@example.com.eml'),
    noticeOf('derived-key', ingest.rawKey.replace('raw/', 'parsed/v1/')),
  ];
  assert.deepEqual((await rig.run(notices)).sort(), notices.map(({ messageId }) => messageId).sort());
  assert.equal(rig.said.filter((line) => line === 'ParseRecordsRefused').length, notices.length);
  assert.ok(!rig.said.join().includes('ann@'));
  assert.deepEqual(rig.derived.writes, []);
});

test('a raw object that is gone, has no facts of its import, or is not what its key says, has no document', async () => {
  await using rig = await ParseRig.open();
  const gone = rig.plant(`${MESSAGE} 1`, 'gone');
  const bare = rig.plant(`${MESSAGE} 2`, 'bare');
  const changed = rig.plant(`${MESSAGE} 3`, 'changed');
  const shorter = rig.plant(`${MESSAGE} 4`, 'shorter');
  const open = async (key: string): ReturnType<typeof rig.raw.open> =>
    key === gone.ingest.rawKey ? undefined : await rig.raw.open(key);
  rig.raw.plant(bare.ingest.rawKey, bare.raw);
  const metadata = (await rig.raw.open(changed.ingest.rawKey))?.metadata;
  rig.raw.plant(changed.ingest.rawKey, Buffer.from(`${MESSAGE} 5`), metadata);
  rig.raw.plant(shorter.ingest.rawKey, shorter.raw.subarray(0, -1), metadata);
  const notices = [gone, bare, changed, shorter].map(({ notice }) => notice);
  const again = await rig.run(notices, { raw: { open } });
  assert.deepEqual(again.sort(), ['bare', 'changed', 'gone', 'shorter']);
  assert.deepEqual(rig.derived.writes, []);
  assert.equal(rig.said.filter((line) => line.includes('ARCHIVE_CORRUPT')).length, 4);
});

test('of several objects in one notification each is parsed, and one that fails brings all of them again', async () => {
  await using rig = await ParseRig.open();
  const one = rig.plant(`${MESSAGE} 1`);
  const two = rig.plant(`${MESSAGE} 2`);
  const both = noticeOf('both', one.ingest.rawKey, two.ingest.rawKey);
  const broken = noticeOf('broken', 'raw/x', two.ingest.rawKey);
  assert.deepEqual(await rig.run([both, broken]), ['broken']);
  assert.deepEqual(new Set(rig.derived.writes), new Set([one.parsedKey, two.parsedKey]));
});

test('a store that fails brings back its message only, and what the store said stays out of the log', async () => {
  await using rig = await ParseRig.open();
  const bad = rig.plant(`${MESSAGE} bad`, 'bad');
  const good = rig.plant(`${MESSAGE} good`, 'good');
  const cause = new Error('of ann@example.com');
  const failure = new MailferryError('cannot read', {
    code: 'ARCHIVE_UNREADABLE',
    scope: 'account',
    retryable: true,
    cause,
  });
  const open = async (key: string): ReturnType<typeof rig.raw.open> => {
    const opened = await rig.raw.open(key);
    if (key !== bad.ingest.rawKey || opened === undefined) return opened;
    return {
      ...opened,
      octets: (async function* () {
        yield* inPieces(bad.raw.subarray(0, 10));
        throw failure;
      })(),
    };
  };
  assert.deepEqual(await rig.run([bad.notice, good.notice], { raw: { open } }), ['bad']);
  assert.ok(rig.said.some((line) => line.includes('ARCHIVE_UNREADABLE')));
  assert.ok(!rig.said.join().includes('ann@'));
  assert.deepEqual(await rig.run([bad.notice]), []);
});

test('every opened object is closed, whatever became of it', async () => {
  await using rig = await ParseRig.open();
  const good = rig.plant(`${MESSAGE} good`, 'good');
  const bare = rig.plant(`${MESSAGE} bare`, 'bare');
  rig.raw.plant(bare.ingest.rawKey, bare.raw);
  let opened = 0;
  let closed = 0;
  const open = async (key: string): ReturnType<typeof rig.raw.open> => {
    const object = await rig.raw.open(key);
    opened += 1;
    return object && { ...object, close: () => void (closed += 1) };
  };
  await rig.run([good.notice, bare.notice], { raw: { open } });
  assert.deepEqual({ opened, closed }, { opened: 2, closed: 2 });
});
