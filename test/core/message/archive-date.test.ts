// The day a message is filed under: a changed expectation here is a change of archive keys.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MAX_DATED_HEADER_OCTETS } from '../../../lib/core/limits.ts';
import { ArchiveDateScanner } from '../../../lib/core/message/archive-date.ts';
import { HeaderDateScanner } from '../../../lib/core/message/header-date-scanner.ts';
import { parseReceivedDate } from '../../../lib/core/message/received-date.ts';

function scan(octets: Uint8Array, chunkOctets: number): string {
  const scanner = new ArchiveDateScanner();
  for (let start = 0; start < octets.length; start += chunkOctets) {
    scanner.push(octets.subarray(start, start + chunkOctets));
  }
  return scanner.end();
}

/** Scans whole, byte by byte, in threes, with both line ends: all must agree. */
function dayOf(lines: readonly string[]): string {
  const days = ['\r\n', '\n'].flatMap((lineEnd) => {
    const octets = Buffer.from(lines.join(lineEnd), 'latin1');
    return [octets.length, 1, 3].map((size) => scan(octets, Math.max(1, size)));
  });
  assert.equal(new Set(days).size, 1, `chunking or line ends changed the day: ${days.join(' ')}`);
  return days[0] ?? '';
}

const RECEIVED = 'Received: from a by b with SMTP id c for <d@e>; Tue, 2 Jan 2024 03:04:05 +0000';
const DATE = 'Date: Wed, 3 Jan 2024 00:00:00 +0000';

const CASES: readonly (readonly [behaviour: string, lines: readonly string[], day: string])[] = [
  ['the topmost Received decides, not the Date', [DATE, RECEIVED, '', 'body'], '2024-01-02'],
  [
    'a lower Received is never asked',
    [RECEIVED, 'Received: from x; Fri, 5 Jan 2024 00:00:00 +0000', '', ''],
    '2024-01-02',
  ],
  ['without Received the Date decides', [DATE, '', ''], '2024-01-03'],
  [
    'a topmost Received without a date leaves it to the Date',
    ['Received: by nobody', RECEIVED, DATE, ''],
    '2024-01-03',
  ],
  ['a Received that cannot be read leaves it to the Date', ['Received: a; b', DATE, '', ''], '2024-01-03'],
  ['no date at all is the first of January 1970', ['Subject: x', '', DATE], '1970-01-01'],
  ['an impossible Date is no date', ['Date: Fri, 30 Feb 2024 00:00:00 +0000', '', ''], '1970-01-01'],
  ['the first Date counts, even if it is none', ['Date: x', DATE, '', ''], '1970-01-01'],
  ['an empty message has no date', [], '1970-01-01'],
  ['an empty line at once ends the header block', ['', RECEIVED], '1970-01-01'],
  ['the day is the one in UTC', ['Date: Wed, 3 Jan 2024 23:00:00 -0200', '', ''], '2024-01-04'],
  [
    'folded headers are one',
    ['RECEIVED: from a', '\tby b;', ' Tue, 2 Jan', '\t2024 03:04:05 +0000', '', ''],
    '2024-01-02',
  ],
  [
    'names come in any case, with spaces before the colon',
    ['dATE \t: 3 Jan 2024 00:00 +0000', '', ''],
    '2024-01-03',
  ],
  [
    'names that only begin alike are others',
    ['Received-SPF: x; 5 Jan 2024 00:00 +0000', 'X-Date: 6 Jan 2024 00:00 +0000', DATE],
    '2024-01-03',
  ],
  ['a message may end within its header block', ['Subject: x', DATE], '2024-01-03'],
  [
    'lines that are no header are passed over',
    ['From a@b Mon Jan  1 00:00:00 2024', 'nonsense', DATE, '', ''],
    '2024-01-03',
  ],
  [
    'a first line that continues nothing is passed over',
    [' 5 Jan 2024 00:00 +0000', DATE, '', ''],
    '2024-01-03',
  ],
  ['a line of spaces does not end the block', ['Subject: x', ' ', DATE, '', ''], '2024-01-03'],
  ['octets beyond ASCII do no harm', ['Subject: \xff\xfe\0', DATE, '', ''], '2024-01-03'],
  [
    'a semicolon in a comment after the date does not hide it',
    ['Received: x; 2 Jan 2024 00:00 +0000 (a; b)', DATE, ''],
    '2024-01-02',
  ],
];

for (const [behaviour, lines, day] of CASES) {
  void test(behaviour, () => {
    assert.equal(dayOf(lines), day);
  });
}

void test('a bare CR ends no line', () => {
  assert.equal(scan(Buffer.from(`Subject: x\r${DATE}\r\n\r\n`), 1), '1970-01-01');
});

void test('the day does not depend on how any octets are cut', () => {
  const pieces = fc.constantFrom(
    RECEIVED,
    DATE,
    'Subject: x',
    '\r',
    '\n',
    '\r\n',
    ' ',
    '\t',
    ':',
    ';',
    'Date',
    '2 Jan 2024 01:02',
    '\0',
  );
  const message = fc.array(pieces, { maxLength: 12 }).map((parts) => Buffer.from(parts.join('')));
  fc.assert(
    fc.property(message, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (octets, sizes) => {
      const scanner = new ArchiveDateScanner();
      for (let start = 0, turn = 0; start < octets.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        scanner.push(octets.subarray(start, start + size));
        start += size;
      }
      const day = scanner.end();
      assert.match(day, /^\d{4}-\d{2}-\d{2}$/);
      assert.equal(day, scan(octets, Math.max(1, octets.length)));
    }),
    { numRuns: 1000 },
  );
});

void test('a header block of a megabyte is read up to the limit and no further', () => {
  const filler = `X: ${'a'.repeat(76)}\r\n`;
  const before = filler.repeat(Math.floor((MAX_DATED_HEADER_OCTETS - 200) / filler.length));
  const beyond = filler.repeat(Math.ceil(1_000_000 / filler.length));
  for (const chunkOctets of [1, 1000, 65_536, 2_000_000]) {
    assert.equal(scan(Buffer.from(`${before}${DATE}\r\nY: z\r\n\r\n`), chunkOctets), '2024-01-03');
    assert.equal(scan(Buffer.from(`${beyond}${DATE}\r\n\r\n`), chunkOctets), '1970-01-01');
  }
});

void test('a header that the limit cuts short is left out, for half a date could be another', () => {
  const start = 'Date: 3 Jan 202';
  const filler = `X: ${'a'.repeat(MAX_DATED_HEADER_OCTETS - start.length - 5)}\r\n`;
  const octets = Buffer.from(`${filler}${start}4 00:00 +0000\r\n\r\n`);
  for (const chunkOctets of [1, 4096, octets.length]) assert.equal(scan(octets, chunkOctets), '1970-01-01');
});

void test('a single endless line is held no further than the limit', () => {
  const scanner = new ArchiveDateScanner();
  const chunk = Buffer.alloc(65_536, 'a');
  for (let count = 0; count < 4000; count += 1) scanner.push(chunk);
  assert.equal(scanner.end(), '1970-01-01');
});

void test('a body of 500 MB costs next to nothing once the header block has ended', () => {
  const scanner = new ArchiveDateScanner();
  scanner.push(Buffer.from(`${DATE}\r\n\r\n`));
  const chunk = Buffer.alloc(16_384, 'Date: 4 Jan 2024 00:00 +0000\n');
  const startedMs = performance.now();
  for (let count = 0; count < 32_768; count += 1) scanner.push(chunk);
  assert.ok(performance.now() - startedMs < 250);
  assert.equal(scanner.end(), '2024-01-03');
});

void test('the scanner tells a header that is absent from one that is no date', () => {
  const scanner = new HeaderDateScanner();
  scanner.push(Buffer.from('Date: soon\n\n'));
  assert.deepEqual(scanner.end(), { receivedAt: null, sentAt: null, hasReceived: false, hasDate: true });
});

void test('a Received date is found behind what real servers put around it', () => {
  const expected = new Date('2010-12-11T03:19:59Z');
  for (const value of [
    'from a; Sat, 11 Dec 2010 12:19:59 +0900',
    'from a (b; c) by d; Sat, 11 Dec 2010 12:19:59 +0900 (JST)',
    'from a; Sat, 11 Dec 2010 12:19:59 +0900\r\n  id 0EFECD52.4D02EDDF.0000C65A',
    'from a; Sat, 11 Dec 2010 12:19:59 +0900;',
  ]) {
    assert.deepEqual(parseReceivedDate(value), expected, value);
  }
  for (const value of ['', ';', 'Sat, 11 Dec 2010 12:19:59 +0900', 'a; b', ';'.repeat(100_000)]) {
    assert.equal(parseReceivedDate(value), null);
  }
});
