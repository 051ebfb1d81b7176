// One line at a time, however the network cuts it, and never more than the cap.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MailferryError } from '../../../lib/core/errors.ts';
import { LineReader } from '../../../lib/core/pop3/line-reader.ts';

/** All lines of the stream, and what is left of it; every chunk is read to its end. */
function readAll(chunks: readonly Uint8Array[], maxOctets = 1000): { lines: string[]; rests: string } {
  const reader = new LineReader(maxOctets);
  const lines: string[] = [];
  let open = '';
  for (const chunk of chunks) {
    let unread = chunk;
    while (unread.length > 0) {
      const before = unread;
      const { line, rest } = reader.push(unread);
      if (line) lines.push(Buffer.from(line).toString('latin1'));
      open = line ? '' : open + Buffer.from(before).toString('latin1');
      unread = rest;
    }
  }
  return { lines, rests: open };
}

/** The same by `pushEach`; `wanted` lines, and what follows the last of them. */
function readEach(chunks: readonly Uint8Array[], wanted: number): { lines: string[]; rests: string } {
  const reader = new LineReader(1000);
  const lines: string[] = [];
  let after: Buffer | undefined;
  for (const chunk of chunks) {
    if (after) {
      after = Buffer.concat([after, chunk]);
      continue;
    }
    const rest = reader.pushEach(chunk, (octets, start, end) => {
      lines.push(Buffer.from(octets.subarray(start, end)).toString('latin1'));
      return lines.length < wanted;
    });
    if (rest) after = Buffer.from(rest);
  }
  return { lines, rests: after?.toString('latin1') ?? '' };
}

function bytewise(octets: Buffer): Buffer[] {
  return [...octets].map((octet) => Buffer.from([octet]));
}

const lineText = fc
  .array(fc.oneof(fc.constantFrom(0x0d, 0x2e, 0x20), fc.integer({ min: 0, max: 255 })), { maxLength: 20 })
  .map((octets) => Buffer.from(octets.filter((octet) => octet !== 0x0a)).toString('latin1'));

test('lines come back in order however the stream is cut, and the unfinished one is held', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(lineText, fc.constantFrom('\r\n', '\n')), { maxLength: 8 }),
      lineText,
      fc.array(fc.nat(300), { maxLength: 10 }),
      (ended, unfinished, cuts) => {
        const text = ended.map(([line, end]) => line + end).join('') + unfinished;
        const wire = Buffer.from(text, 'latin1');
        const starts = [0, ...new Set(cuts.map((cut) => cut % (wire.length + 1)))].sort((a, b) => a - b);
        const pieces = starts.map((start, index) => wire.subarray(start, starts[index + 1] ?? wire.length));
        // A CR right before a bare LF makes the pair a CRLF.
        const lines = ended.map(([line, end]) => (end === '\n' ? line.replace(/\r$/, '') : line));
        for (const chunks of [[wire], bytewise(wire), pieces]) {
          assert.deepEqual(readAll(chunks), { lines, rests: unfinished });
          const rests = lines.length > 0 ? unfinished : '';
          assert.deepEqual(readEach(chunks, lines.length), { lines, rests });
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test('what follows the line in a chunk is handed back untouched', () => {
  const { line, rest } = new LineReader(100).push(Buffer.from('+OK\r\nraw\r\n.\r\n'));
  assert.equal(Buffer.from(line ?? []).toString(), '+OK');
  assert.equal(Buffer.from(rest).toString(), 'raw\r\n.\r\n');
});

for (const [wire, lineEnd] of [
  ['+OK\r\n', 'crlf'],
  ['+OK\n', 'lf'],
  ['+OK\r\r\n', 'crlf'],
  ['\n', 'lf'],
  ['+OK', undefined],
] as const) {
  test(`${JSON.stringify(wire)} ends in ${lineEnd ?? 'nothing yet'}, whole or bytewise`, () => {
    assert.equal(new LineReader(100).push(Buffer.from(wire)).lineEnd, lineEnd);
    const reader = new LineReader(100);
    const pushed = bytewise(Buffer.from(wire)).map((octet) => reader.push(octet));
    assert.equal(pushed.at(-1)?.lineEnd, lineEnd);
  });
}

test('an empty line is a line', () => {
  assert.deepEqual(readAll([Buffer.from('\r\n\n')]).lines, ['', '']);
});

test('a line of exactly the cap is read, whole or bytewise', () => {
  const wire = Buffer.from('12345678\r\n');
  assert.deepEqual(readAll([wire], 10).lines, ['12345678']);
  assert.deepEqual(readAll(bytewise(wire), 10).lines, ['12345678']);
});

test('the cap is of each line, not of the stream', () => {
  assert.equal(readAll([Buffer.from('12345678\r\n'.repeat(50))], 10).lines.length, 50);
});

test('a line of one octet more than the cap is refused, whole or bytewise, ended or endless', () => {
  for (const text of ['123456789\r\n', '12345678901', 'x'.repeat(5000)]) {
    for (const chunks of [[Buffer.from(text)], bytewise(Buffer.from(text))]) {
      assert.throws(
        () => readAll(chunks, 10),
        (error) => error instanceof MailferryError && error.code === 'POP3_LIMIT_EXCEEDED',
        text.slice(0, 20),
      );
    }
  }
});
