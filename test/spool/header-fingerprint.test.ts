// The hash of a header block: one result however the octets are cut, the same from RETR and from TOP, and nothing of the
// body in it. Compared with a search for the empty line written the slow, obvious way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MAX_FINGERPRINTED_HEADER_OCTETS } from '../../lib/core/limits.ts';
import type { Sha256 } from '../../lib/core/record.ts';
import { HeaderFingerprint, readFingerprint } from '../../lib/spool/header-fingerprint.ts';
import { collect, inPieces, sha256Of } from '../support/memory-blob-store.ts';
import { oddMail } from '../support/odd-mail.ts';
import { asServed } from '../support/pop3-server/maildrop.ts';
import { headersAndLines } from '../support/pop3-server/top-lines.ts';

function fingerprint(...chunks: readonly Uint8Array[]): Sha256 | undefined {
  const scanner = new HeaderFingerprint();
  for (const chunk of chunks) scanner.push(chunk);
  const once = scanner.end();
  assert.equal(scanner.end(), once, 'asked twice, the answer is the same');
  return once;
}

/** The octets before the first line that is empty. */
function blockOf(octets: Buffer): Buffer {
  const text = octets.toString('latin1');
  const found = /(?:^|\n)(?=\r?\n)/.exec(text);
  return found ? octets.subarray(0, found.index + found[0].length) : octets;
}

function bytewise(octets: Buffer): Buffer[] {
  return [...octets].map((octet) => Buffer.from([octet]));
}

function cutAt(octets: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (octets.length + 1)))].sort((a, b) => a - b);
  const starts = [0, ...places];
  return starts.map((start, index) => octets.subarray(start, starts[index + 1] ?? octets.length));
}

const CASES: readonly [name: string, message: string, block: string][] = [
  ['CRLF', 'From: a\r\nTo: b\r\n\r\nbody\r\n\r\nmore', 'From: a\r\nTo: b\r\n'],
  ['LF', 'From: a\nTo: b\n\nbody\n\nmore', 'From: a\nTo: b\n'],
  ['lines of CRLF and an empty one of LF', 'From: a\r\nTo: b\r\n\nbody', 'From: a\r\nTo: b\r\n'],
  ['lines of LF and an empty one of CRLF', 'From: a\nTo: b\n\r\nbody', 'From: a\nTo: b\n'],
  ['no empty line', 'From: a\r\nTo: b\r\n', 'From: a\r\nTo: b\r\n'],
  ['no line end at all', 'From: a', 'From: a'],
  ['nothing in it', '', ''],
  ['an empty first line', '\r\nbody\r\n\r\nmore', ''],
  ['an empty first line of LF', '\nbody', ''],
  ['a lone CR first', '\rFrom: a\r\n\r\n', '\rFrom: a\r\n'],
  ['CRs that end no line', 'From: a\r\r\nTo: b\n\rX: c\r\n\r\n', 'From: a\r\r\nTo: b\n\rX: c\r\n'],
  ['a line of one CR more', 'From: a\r\n\r\r\nTo: b\r\n\r\n', 'From: a\r\n\r\r\nTo: b\r\n'],
  ['an end that only began', 'From: a\r\n\r', 'From: a\r\n\r'],
  ['a line of spaces, which is not empty', 'From: a\r\n \r\nTo: b\r\n\r\nbody', 'From: a\r\n \r\nTo: b\r\n'],
  ['8-bit octets and NUL', 'From: \xff\0\r\n\r\nbody', 'From: \xff\0\r\n'],
];

for (const [name, message, block] of CASES) {
  test(`a message with ${name} has the hash of its header, however it is cut`, () => {
    const octets = Buffer.from(message, 'latin1');
    const expected = sha256Of(Buffer.from(block, 'latin1'));
    assert.equal(fingerprint(octets), expected, 'whole');
    assert.equal(fingerprint(...bytewise(octets)), expected, 'byte by byte');
    for (let cut = 0; cut <= octets.length; cut += 1) {
      const halves = [octets.subarray(0, cut), octets.subarray(cut)];
      assert.equal(fingerprint(...halves), expected, `cut at ${cut}`);
    }
  });
}

const messages = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(0x0d, 0x0a) },
      { weight: 5, arbitrary: fc.constantFrom(0x61, 0x3a, 0x20, 0x2e) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
    ),
    { maxLength: 40 },
  )
  .map((octets) => Buffer.from(octets));
const cuts = fc.array(fc.nat(1000), { maxLength: 8 });

test('any octets, cut anywhere, have the hash of what comes before the first empty line', () => {
  fc.assert(
    fc.property(messages, cuts, (octets, cuts) => {
      const expected = sha256Of(blockOf(octets));
      assert.equal(fingerprint(octets), expected);
      assert.equal(fingerprint(...bytewise(octets)), expected);
      assert.equal(fingerprint(...cutAt(octets, cuts)), expected);
    }),
    { numRuns: 2000 },
  );
});

test('the body never matters, and every octet of the header does', () => {
  const header = Buffer.from('From: a\r\nTo: b\r\n');
  const whole = fingerprint(header, Buffer.from('\r\n'));
  fc.assert(
    fc.property(messages, fc.nat(header.length - 1), fc.integer({ min: 1, max: 255 }), (body, at, change) => {
      assert.equal(fingerprint(header, Buffer.from('\r\n'), body), whole);
      const changed = Buffer.from(header);
      changed[at] = (changed[at] ?? 0) ^ change;
      assert.notEqual(fingerprint(changed, Buffer.from('\r\n'), body), whole);
    }),
  );
});

async function fromTop(content: Buffer): Promise<Sha256 | undefined> {
  return fingerprint(asServed(await collect(headersAndLines([content], 0))));
}

test('TOP with no line of the body shows the same header as RETR, of any message', async () => {
  for (const { name, bytes } of oddMail()) {
    assert.equal(await fromTop(bytes), fingerprint(asServed(bytes)), name);
  }
  await fc.assert(
    fc.asyncProperty(messages, async (content) => {
      assert.equal(await fromTop(content), fingerprint(asServed(content)));
    }),
    { numRuns: 1000 },
  );
});

test('a source may use its chunks again', async () => {
  const chunk = Buffer.alloc(1);
  const scanner = new HeaderFingerprint();
  for (const octet of Buffer.from('From: a\r\n\r\nbody')) {
    chunk[0] = octet;
    scanner.push(chunk);
  }
  chunk.fill(0);
  const expected = sha256Of(Buffer.from('From: a\r\n'));
  assert.equal(scanner.end(), expected);
  assert.equal(await readFingerprint(inPieces(Buffer.from('From: a\r\n\r\nbody'), 3)), expected);
});

/** A block of so many octets, line end included, and the empty line and body after it. */
function longMessage(blockOctets: number, lineEnd: string): Buffer {
  const end = Buffer.from(`${lineEnd}${lineEnd}body${lineEnd}`);
  return Buffer.concat([Buffer.alloc(blockOctets - lineEnd.length, 'x'), end]);
}

const MAX = MAX_FINGERPRINTED_HEADER_OCTETS;
/** Around the end of the block, and of what is looked at. */
const PLACES = Array.from({ length: 9 }, (_, index) => MAX - 4 + index);

function* cutsOf(message: Buffer): Iterable<Buffer[]> {
  yield [message];
  for (const first of PLACES) {
    yield cutAt(message, [first]);
    for (const second of PLACES) yield cutAt(message, [first, second]);
  }
  yield cutAt(message, PLACES);
}

for (const [name, lineEnd] of [
  ['CRLF', '\r\n'],
  ['LF', '\n'],
] as const) {
  for (const excess of [-1, 0, 1, 2]) {
    const isKept = excess <= 0;
    const size = `${Math.abs(excess)} octets ${isKept ? 'below' : 'over'} the cap`;
    test(`a header of ${name} lines ${size} has ${isKept ? 'its' : 'no'} hash, however it is cut`, () => {
      const message = longMessage(MAX + excess, lineEnd);
      const expected = isKept ? sha256Of(message.subarray(0, MAX + excess)) : undefined;
      for (const chunks of cutsOf(message)) {
        const lengths = chunks.map(({ length }) => length).join(', ');
        assert.equal(fingerprint(...chunks), expected, `cut into ${lengths} octets`);
      }
    });
  }
}

test('octets without any header end have a hash up to the cap, and none beyond, however they are cut', () => {
  for (const excess of [-1, 0, 1, 2]) {
    const octets = Buffer.alloc(MAX + excess, 'x');
    const expected = excess <= 0 ? sha256Of(octets) : undefined;
    for (const chunks of cutsOf(octets)) assert.equal(fingerprint(...chunks), expected, `${excess}`);
  }
});
