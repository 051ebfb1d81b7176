// The catalog of what the parse function parses: a file for each account and day of a batch, written before the batch is answered
// for. No message is done without its row.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { MailferryError } from '../../../lib/core/errors.ts';
import { workerCommand } from '../../../lib/parse/worker-command.ts';
import { rowsIn } from '../../catalog/rows-in.ts';
import { MemoryBlobStore } from '../../support/memory-blob-store.ts';
import { ParseRig } from './parse-rig.ts';

const FAULTY = { ...workerCommand(100), args: [join(import.meta.dirname, '../../parse/faulty-worker.ts')] };

function refused(): MailferryError {
  return new MailferryError('no', { code: 'ARCHIVE_UNWRITABLE', scope: 'account', retryable: true });
}

test('a batch of one account and day has one file, with a row of each message', async () => {
  await using rig = await ParseRig.open();
  const planted = ['a', 'b', 'c'].map((id) => rig.plant(`Subject: ${id}\r\n\r\n`, id));
  assert.deepEqual(await rig.run(planted.map(({ notice }) => notice)), []);
  const [key = assert.fail('no file'), ...more] = rig.catalog.writes;
  assert.deepEqual(more, []);
  assert.match(key, /^catalog\/v1\/account=billing\/ingest_dt=2024-01-02\/[0-9a-f]{32}\.ndjson\.gz$/);
  const rows = await rowsIn(rig.catalog, key);
  assert.deepEqual(rows.map(({ subject }) => subject ?? '').sort(), ['a', 'b', 'c']);
  assert.deepEqual(
    rows.map(({ raw_key }) => raw_key).sort(),
    planted.map(({ ingest }) => ingest.rawKey).sort(),
  );
});

test('a batch that comes again writes the same file again', async () => {
  await using rig = await ParseRig.open();
  const notices = ['a', 'b'].map((id) => rig.plant(`Subject: ${id}\r\n\r\n`, id).notice);
  await rig.run(notices);
  const [key = assert.fail('no file')] = rig.catalog.writes;
  const before = rig.catalog.peek(key);
  await rig.run(notices.toReversed());
  assert.deepEqual(rig.catalog.writes, [key, key]);
  assert.deepEqual(rig.catalog.peek(key), before);
});

test('a message that could not be parsed has a row that says so', async () => {
  await using rig = await ParseRig.open({ command: FAULTY });
  assert.deepEqual(await rig.run([rig.plant('die\r\n\r\nHello').notice]), []);
  const [key = assert.fail('no file')] = rig.catalog.writes;
  const [row = assert.fail('no row')] = await rowsIn(rig.catalog, key);
  assert.deepEqual(row.problems, ['parse-failed', 'worker-died']);
});

test('messages whose rows cannot be written come again, and only those', async () => {
  await using rig = await ParseRig.open();
  const here = rig.plant('Subject: here\r\n\r\n', 'here');
  const there = rig.plant('Subject: there\r\n\r\n', 'there');
  const metadata = (await rig.raw.open(there.ingest.rawKey))?.metadata;
  rig.raw.plant(there.ingest.rawKey, there.raw, { ...metadata, 'fetched-at': '2024-05-06T00:00:00.000Z' });
  const written = new MemoryBlobStore();
  const put: MemoryBlobStore['put'] = async (key, blob, options) => {
    if (key.includes('2024-05-06')) throw refused();
    return await written.put(key, blob, options);
  };
  assert.deepEqual(await rig.run([here.notice, there.notice], { catalog: { put } }), ['there']);
  assert.equal(written.writes.length, 1);
  assert.ok(
    rig.said.some((line) => line.includes('rows of the catalog') && line.includes('ARCHIVE_UNWRITABLE')),
  );
  assert.deepEqual(await rig.run([there.notice]), []);
  assert.match(rig.catalog.writes.join(), /ingest_dt=2024-05-06/);
});

test('a batch whose rows are not written when its time is over comes again as a whole', async () => {
  await using rig = await ParseRig.open();
  const notices = ['a', 'b'].map((id) => rig.plant(`Subject: ${id}\r\n\r\n`, id).notice);
  const begun = Promise.withResolvers<void>();
  const catalog = {
    put: async () => {
      begun.resolve();
      return await new Promise<never>(() => {});
    },
  };
  const running = rig.run(notices, { catalog });
  await begun.promise;
  rig.time.end('over');
  assert.deepEqual(await running, ['a', 'b']);
});

test('where no catalog is wanted none is written', async () => {
  await using rig = await ParseRig.open();
  assert.deepEqual(await rig.run([rig.plant('Subject: x\r\n\r\n').notice], { catalog: undefined }), []);
  assert.deepEqual(rig.catalog.writes, []);
});

test('a message without a document has no row', async () => {
  await using rig = await ParseRig.open();
  const { notice } = rig.plant('Subject: x\r\n\r\n');
  rig.derived.put = async () => await Promise.reject(refused());
  assert.deepEqual(await rig.run([notice]), [notice.messageId]);
  assert.deepEqual(rig.catalog.writes, []);
});
