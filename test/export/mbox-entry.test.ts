// The From_ line, which some readers know by its form alone, and what stands around a message.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromLine, mboxEntry } from '../../lib/export/mbox-entry.ts';
import { collect, inPieces } from '../support/memory-blob-store.ts';

test('a From_ line has the sender and the date as asctime writes it, in UTC', () => {
  const line = (date: string, sender?: string): string => fromLine({ sender, date: new Date(date) });
  assert.equal(
    line('2025-01-02T03:04:05Z', 'ann@example.org'),
    'From ann@example.org Thu Jan  2 03:04:05 2025\n',
  );
  assert.equal(line('2024-02-29T23:59:59Z'), 'From MAILER-DAEMON Thu Feb 29 23:59:59 2024\n');
  assert.equal(line('1970-01-01T00:00:00Z'), 'From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n');
  assert.equal(line('0001-12-31T00:00:00Z'), 'From MAILER-DAEMON Mon Dec 31 00:00:00 0001\n');
});

test('the octets keep their own line ends, and one LF follows them, whether they end in one or not', async () => {
  const entry = async (text: string): Promise<string> => {
    const octets = mboxEntry({ sender: undefined, date: new Date(0) }, inPieces(Buffer.from(text)));
    return (await collect(octets)).toString();
  };
  const from = 'From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n';
  assert.equal(await entry('A: b\r\n\r\nc\nd\re\r\n'), `${from}A: b\r\n\r\nc\nd\re\r\n\n`);
  assert.equal(await entry('A: b'), `${from}A: b\n`);
  assert.equal(await entry('A: b\n'), `${from}A: b\n\n`);
  assert.equal(await entry(''), `${from}\n`);
});
