// The end of a message and its stuffed dots, however the network cuts the octets. Compared with a stuffing written the
// slow, obvious way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { BodyDecoder } from '../../../lib/core/pop3/body-decoder.ts';
import type { LineEnds } from '../../../lib/core/pop3/body-decoder.ts';

interface Decoded {
  readonly message: Buffer;
  readonly ended: boolean;
  readonly rest: Buffer;
}

/** Pushes until the end is seen, as a session does; chunks behind the end are counted to the rest. */
function decode(chunks: readonly Uint8Array[], lineEnds: LineEnds = 'crlf'): Decoded {
  const decoder = new BodyDecoder(lineEnds);
  const octets: Uint8Array[] = [];
  for (const [index, chunk] of chunks.entries()) {
    const pushed = decoder.push(chunk);
    // Copied, since the chunk belongs to the caller.
    octets.push(...pushed.octets.map((piece) => Uint8Array.from(piece)));
    if (pushed.ended) {
      const rest = Buffer.concat([pushed.rest, ...chunks.slice(index + 1)]);
      return { message: Buffer.concat(octets), ended: true, rest };
    }
    assert.equal(pushed.rest.length, 0, 'there is no rest before the end');
  }
  return { message: Buffer.concat(octets), ended: false, rest: Buffer.alloc(0) };
}

function bytewise(octets: Buffer): Buffer[] {
  return [...octets].map((octet) => Buffer.from([octet]));
}

function cutAt(octets: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (octets.length + 1)))].sort((a, b) => a - b);
  const starts = [0, ...places];
  return starts.map((start, index) => octets.subarray(start, starts[index + 1] ?? octets.length));
}

/** A dot doubled wherever it follows CR LF or opens the body: one octet at a time, as RFC 1939 words it. */
function stuff(message: Uint8Array): Buffer {
  const wire: number[] = [];
  for (const [index, octet] of message.entries()) {
    const opensLine = index === 0 || (message[index - 2] === 0x0d && message[index - 1] === 0x0a);
    if (octet === 0x2e && opensLine) wire.push(0x2e);
    wire.push(octet);
  }
  return Buffer.from(wire);
}

function onTheWire(message: Uint8Array): Buffer {
  return Buffer.concat([stuff(message), Buffer.from('.\r\n')]);
}

const octet = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0x0d, 0x0a, 0x2e) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
);
const octets = fc.array(octet, { maxLength: 60 }).map((list) => Buffer.from(list));
/** Empty or ended by CRLF: nothing else can stand before a terminator. */
const messages = octets.map((body) =>
  body.length === 0 ? body : Buffer.concat([body, Buffer.from('\r\n')]),
);
const cuts = fc.array(fc.nat(200), { maxLength: 12 });

test('a stuffed message comes back as it was and what follows its end is left, whole, bytewise or in any pieces', () => {
  fc.assert(
    fc.property(messages, octets, cuts, (message, trailing, places) => {
      const wire = Buffer.concat([onTheWire(message), trailing]);
      for (const chunks of [[wire], bytewise(wire), cutAt(wire, places)]) {
        assert.deepEqual(decode(chunks), { message, ended: true, rest: trailing });
      }
    }),
    { numRuns: 3000 },
  );
});

test('any octets at all, stuffed or not, decode the same however they are cut', () => {
  fc.assert(
    fc.property(octets, cuts, (wire, places) => {
      const whole = decode([wire]);
      assert.deepEqual(decode(bytewise(wire)), whole);
      assert.deepEqual(decode(cutAt(wire, places)), whole);
    }),
    { numRuns: 3000 },
  );
});

test('no beginning of a message is taken for the whole of it', () => {
  fc.assert(
    fc.property(messages, fc.nat(), (message, place) => {
      const wire = onTheWire(message);
      const beginning = wire.subarray(0, place % wire.length);
      assert.equal(decode([beginning]).ended, false);
      assert.equal(decode(bytewise(beginning)).ended, false);
    }),
  );
});

interface Case {
  readonly name: string;
  readonly wire: string;
  readonly message: string;
  readonly rest?: string;
}

const ENDED: readonly Case[] = [
  { name: 'an empty body is an empty message', wire: '.\r\n', message: '' },
  { name: 'a body of one empty line keeps it', wire: '\r\n.\r\n', message: '\r\n' },
  { name: 'the CRLF before the end belongs to the message', wire: 'a\r\n.\r\n', message: 'a\r\n' },
  { name: 'one dot of two is taken at the start of the body', wire: '..\r\n.\r\n', message: '.\r\n' },
  { name: 'one dot of three is taken', wire: 'a\r\n...\r\n.\r\n', message: 'a\r\n..\r\n' },
  { name: 'a line that was never stuffed keeps its dot', wire: 'a\r\n.x\r\n.\r\n', message: 'a\r\n.x\r\n' },
  { name: 'dots inside a line stay', wire: 'a..b.\r\n.\r\n', message: 'a..b.\r\n' },
  { name: 'LF dot LF is no end', wire: 'a\n.\nb\r\n.\r\n', message: 'a\n.\nb\r\n' },
  { name: 'LF dot CRLF is no end', wire: 'a\n.\r\nb\r\n.\r\n', message: 'a\n.\r\nb\r\n' },
  { name: 'CRLF dot LF is no end', wire: 'a\r\n.\nb\r\n.\r\n', message: 'a\r\n.\nb\r\n' },
  { name: 'CRLF dot CR and another octet is no end', wire: '.\rb\r\n.\r\n', message: '.\rb\r\n' },
  { name: 'CRLF dot CR CR LF is no end', wire: '.\r\r\n.\r\n', message: '.\r\r\n' },
  { name: 'CR dot CRLF is no end', wire: 'a\r.\r\n.\r\n', message: 'a\r.\r\n' },
  { name: 'two dots behind a bare LF both stay', wire: 'a\n..b\r\n.\r\n', message: 'a\n..b\r\n' },
  { name: 'CR CR LF starts a line', wire: 'a\r\r\n..b\r\n.\r\n', message: 'a\r\r\n.b\r\n' },
  { name: 'NUL and 8-bit octets stay', wire: '\0\xff\xe9\r\n.\r\n', message: '\0\xff\xe9\r\n' },
  { name: 'the next answer is left', wire: 'a\r\n.\r\n+OK\r\n', message: 'a\r\n', rest: '+OK\r\n' },
];

for (const { name, wire, message, rest = '' } of ENDED) {
  test(name, () => {
    const sent = Buffer.from(wire, 'latin1');
    const expected = { message: Buffer.from(message, 'latin1'), ended: true, rest: Buffer.from(rest) };
    assert.deepEqual(decode([sent]), expected);
    assert.deepEqual(decode(bytewise(sent)), expected);
  });
}

const ENDED_BY_LF: readonly Case[] = [
  { name: 'an empty body', wire: '.\n', message: '' },
  { name: 'a body of lines in LF', wire: 'a\nb\n.\n', message: 'a\nb\n' },
  { name: 'a body of lines in CRLF', wire: 'a\r\nb\r\n.\r\n', message: 'a\r\nb\r\n' },
  { name: 'stuffed dots behind LF', wire: '..\na\n..\n...x\n.\n', message: '.\na\n.\n..x\n' },
  { name: 'a dot that was never stuffed', wire: 'a\n.x\n.\n', message: 'a\n.x\n' },
  { name: 'a dot behind a bare CR', wire: 'a\r.\rb\n.\n', message: 'a\r.\rb\n' },
  { name: 'a dot and a CR', wire: '.\rb\n.\n', message: '.\rb\n' },
  { name: 'the next answer', wire: 'a\n.\n+OK\n', message: 'a\n', rest: '+OK\n' },
];

for (const { name, wire, message, rest = '' } of ENDED_BY_LF) {
  test(`from a server that ends its lines in LF: ${name}`, () => {
    const sent = Buffer.from(wire, 'latin1');
    const expected = { message: Buffer.from(message, 'latin1'), ended: true, rest: Buffer.from(rest) };
    assert.deepEqual(decode([sent], 'lf'), expected);
    assert.deepEqual(decode(bytewise(sent), 'lf'), expected);
  });
}

test('pushing behind the end is an error of the caller', () => {
  const decoder = new BodyDecoder();
  assert.equal(decoder.push(Buffer.from('.\r\n')).ended, true);
  assert.throws(() => decoder.push(Buffer.from('+OK\r\n')), /beyond the terminator/);
});

test('a line of a megabyte passes whole', () => {
  const message = Buffer.concat([Buffer.alloc(1024 * 1024, '.a'), Buffer.from('\r\n')]);
  assert.ok(decode([onTheWire(message)]).message.equals(message));
});
