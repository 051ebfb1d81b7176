// mboxrd: what is quoted, and that everything comes back, whatever the octets and however they are cut.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { mboxEntry } from '../../lib/export/mbox-entry.ts';
import { MboxQuoter } from '../../lib/export/mbox-quoting.ts';
import { collect, inPieces } from '../support/memory-blob-store.ts';
import { readMbox } from '../support/mbox-reader.ts';

const ENVELOPE = { sender: undefined, date: new Date(0) };

function quote(text: string, cut = Infinity): string {
  const octets = Buffer.from(text, 'latin1');
  const quoter = new MboxQuoter();
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += cut) {
    const chunk = Buffer.from(octets.subarray(at, at + cut));
    pieces.push(Buffer.from(quoter.push(chunk)));
    // A source may use the chunk's memory again.
    chunk.fill(0x3e);
  }
  pieces.push(quoter.end());
  return Buffer.concat(pieces).toString('latin1');
}

test('a line that begins with From_ after any number of quotes gets one more, whatever the pieces', () => {
  for (const [plain, quoted] of [
    ['From x', '>From x'],
    ['>From x', '>>From x'],
    ['a\r\nFrom x\r\n>>>From y\r\n', 'a\r\n>From x\r\n>>>>From y\r\n'],
    ['\nFrom \nFrom \n', '\n>From \n>From \n'],
    ['From From From ', '>From From From '],
    ['FromFrom x\nFFrom x', 'FromFrom x\nFFrom x'],
    ['From:\nFrom\tx\nfrom x\n From x\n> From x\nFro', 'From:\nFrom\tx\nfrom x\n From x\n> From x\nFro'],
    ['a From x\na>From x\n\rFrom x\ra\rFrom x', 'a From x\na>From x\n\rFrom x\ra\rFrom x'],
    ['\0From x\n\0>From', '\0From x\n\0>From'],
    [`${'>'.repeat(70)}From `, `${'>'.repeat(71)}From `],
    ['', ''],
    ['From', 'From'],
  ] as const)
    for (const cut of [1, 2, 3, 4, 5, 6, 7, Infinity])
      assert.equal(quote(plain, cut), quoted, JSON.stringify([plain, cut]));
});

/** Octets in which lines that look like From_ lines are frequent, and any others. */
const octets = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'From ',
        'From',
        'Fro',
        ' ',
        '>',
        '>>',
        '\n',
        '\r',
        '\r\n',
        '\n\n',
        '\0',
        '\xff',
        'x',
        '.',
      ),
      fc.uint8Array({ maxLength: 6 }).map((some) => Buffer.from(some).toString('latin1')),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

test('messages of any octets come back from an mbox file byte for byte, in any pieces', async () => {
  const property = fc.asyncProperty(
    fc.array(octets, { maxLength: 6 }),
    fc.integer({ min: 1, max: 20 }),
    async (messages, cut) => {
      const entries = messages.map(
        async (message) => await collect(mboxEntry(ENVELOPE, inPieces(message, cut))),
      );
      const file = Buffer.concat(await Promise.all(entries));
      assert.deepEqual(
        readMbox(file).map((entry) => entry.octets),
        messages,
      );
    },
  );
  await fc.assert(property, { numRuns: 1000 });
});

test('a line of ten million quotes is passed on as it comes, and is quoted once', () => {
  const quoter = new MboxQuoter();
  const chunk = Buffer.alloc(1_000_000, '>');
  for (let piece = 0; piece < 10; piece += 1) assert.equal(quoter.push(chunk).length, chunk.length);
  assert.equal(Buffer.from(quoter.push(Buffer.from('From '))).toString(), '>From ');
});
