// Octets as a server might send them, good and bad: for properties that hold whatever comes.

import * as fc from 'fast-check';

/** `MAILFERRY_LONG=1`: more than a million inputs altogether. */
export const LONG = process.env['MAILFERRY_LONG'] === '1';

/** So many runs of a property: a slice of it, or all. */
export function runs(slice: number, long: number): { readonly numRuns: number } {
  return { numRuns: LONG ? long : slice };
}

const WORDS = [
  '+OK',
  '-ERR',
  '+',
  '-',
  ' ',
  '\t',
  '\r\n',
  '\r\n',
  '\n',
  '\r',
  '.',
  '.\r\n',
  '..',
  '\r\n.\r\n',
  '\n.\n',
  '\0',
  '\xff',
  '\x1b[2J',
  '0',
  '1',
  '-1',
  '2147483648',
  '99999999999999999999',
  '1e9',
  '[IN-USE]',
  '[SYS/TEMP]',
  '[AUTH',
  ']',
  '<1.2@example.org>',
  'UIDL',
  'SASL PLAIN',
  'EXPIRE 0',
  'STLS',
  '* OK',
  '\x16\x03\x01',
  'wait',
  'Subject: x',
] as const;

/** A few words of the protocol and a few octets of anything. */
export const serverOctets: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...WORDS) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }).map((octet) => String.fromCharCode(octet)) },
    ),
    { maxLength: 24 },
  )
  .map((words) => Buffer.from(words.join(''), 'latin1'));

/** One line: nothing in it ends it. */
export const serverLine: fc.Arbitrary<Buffer> = serverOctets.map((octets) =>
  Buffer.from(octets.filter((octet) => octet !== 0x0a)),
);

/** Where to cut; taken modulo the length. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.nat(1000), { maxLength: 10 });

export function cutAt(octets: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (octets.length + 1)))].sort((a, b) => a - b);
  return [0, ...sorted].map((start, index) => octets.subarray(start, sorted[index] ?? octets.length));
}
