// What others hear of a message: once for each thing that happened to it, however often the queue delivers it.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { MailferryError } from '../../../lib/core/errors.ts';
import { PARSER_IDENTITY } from '../../../lib/parse/parser-identity.ts';
import { workerCommand } from '../../../lib/parse/worker-command.ts';
import { ParseRig } from './parse-rig.ts';

const MESSAGE = 'From: a@example.com\r\nSubject: private\r\n\r\nHello';
/** A worker that does what the message says. */
const FAULTY = { ...workerCommand(100), args: [join(import.meta.dirname, '../../parse/faulty-worker.ts')] };

test('a message is stored and parsed, in words that name it by its octets only', async () => {
  await using rig = await ParseRig.open();
  const { ingest, raw, parsedKey, notice } = rig.plant(MESSAGE);
  await rig.run([notice]);
  const envelope = {
    specversion: '1.0',
    source: 'mailferry/billing',
    datacontenttype: 'application/json',
  };
  const message = { account: 'billing', sha256: ingest.sha256, size: raw.length, rawKey: ingest.rawKey };
  assert.deepEqual(rig.events, [
    {
      ...envelope,
      id: `stored/${ingest.sha256}`,
      type: 'mailferry.message.stored',
      time: ingest.fetchedAt,
      data: message,
    },
    {
      ...envelope,
      id: `parsed/${ingest.sha256}/${PARSER_IDENTITY.version}/parsed`,
      type: 'mailferry.message.parsed',
      time: '2026-11-23T10:00:00.000Z',
      data: { ...message, parsedKey, outcome: 'parsed' },
    },
  ]);
});

test('a repetition has the same ids, another message others, and a failure is told from a success', async () => {
  await using rig = await ParseRig.open({ command: FAULTY });
  const good = rig.plant('behave\r\n\r\nHello');
  const idsAfter = async (notice: typeof good.notice): Promise<string[]> => {
    rig.events.length = 0;
    await rig.run([notice], { now: () => Math.floor(Math.random() * 1e12) });
    return rig.events.map(({ id }) => id);
  };
  const ids = await idsAfter(good.notice);
  assert.deepEqual(await idsAfter(good.notice), ids);
  const others = await idsAfter(rig.plant('die\r\n\r\nHello').notice);
  assert.equal(new Set([...ids, ...others]).size, 4);
  assert.match(others[1] ?? '', /\/failed$/);
});

test('when nobody wants to hear of each message, nobody is told', async () => {
  await using rig = await ParseRig.open();
  assert.deepEqual(await rig.run([rig.plant(MESSAGE).notice], { events: undefined }), []);
  assert.deepEqual(rig.events, []);
});

test('the document is there before anybody hears of it, and a message nobody could be told of comes again', async () => {
  await using rig = await ParseRig.open();
  const { parsedKey, notice } = rig.plant(MESSAGE);
  const publish = async (): Promise<void> => {
    assert.ok(rig.derived.peek(parsedKey));
    throw new MailferryError('no', { code: 'EVENTS_FAILED', scope: 'account', retryable: true });
  };
  assert.deepEqual(await rig.run([notice], { events: { publish } }), [notice.messageId]);
  assert.ok(rig.said.some((line) => line.includes('EVENTS_FAILED')));
  assert.ok(!rig.said.includes('MessagesParsed'));
  assert.deepEqual(await rig.run([notice]), []);
  assert.equal(rig.events.length, 2);
});

test('of a message without a document nobody is told', async () => {
  await using rig = await ParseRig.open();
  const { notice } = rig.plant(MESSAGE);
  rig.derived.put = async () => {
    throw new MailferryError('no', { code: 'ARCHIVE_UNWRITABLE', scope: 'account', retryable: true });
  };
  assert.deepEqual(await rig.run([notice]), [notice.messageId]);
  assert.deepEqual(rig.events, []);
});
