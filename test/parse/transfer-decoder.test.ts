// Transfer encodings: what goes in comes out, however it is cut; what is broken is read as far as it can be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { transferDecoderFor } from '../../lib/parse/transfer-decoder.ts';

function decode(
  encoding: string,
  encoded: Uint8Array,
  pieceOctets = 1000,
): { octets: Buffer; problems: string[] } {
  const problems = new Set<string>();
  const decoder = transferDecoderFor(encoding, (problem) => problems.add(problem));
  const octets: Uint8Array[] = [];
  for (let start = 0; start < encoded.length; start += pieceOctets) {
    octets.push(decoder.push(encoded.subarray(start, start + pieceOctets)));
  }
  octets.push(decoder.end());
  return { octets: Buffer.concat(octets), problems: [...problems] };
}

const CASES: readonly (readonly [behaviour: string, encoding: string, encoded: string, decoded: string])[] = [
  ['base64 may be folded anywhere', 'base64', 'Y\r\nW J\tj\n', 'abc'],
  ['base64 may lack its padding', 'base64', 'YWI', 'ab'],
  ['base64 may have octets outside its alphabet', 'base64', 'Y*W!I=', 'ab'],
  ['base64 ends with its padding', 'base64', 'YQ==\nYQ==', 'a'],
  ['padding without a group is none', 'base64', '==YWJj====YWJj', 'abcabc'],
  ['a soft line break is no content', 'quoted-printable', 'a=\r\nb= \t\nc', 'abc'],
  ['octets may be in any letter case', 'quoted-printable', '=C3=bc', '\xc3\xbc'],
  ['a = that starts no octet stays', 'quoted-printable', '=zz=4 =\r=', '=zz=4 =\r'],
  [
    'white space at the end of a line was added on the way',
    'quoted-printable',
    'a \t\r\nb=20\r\n',
    'a\r\nb \r\n',
  ],
  [
    'uuencode decodes between begin and end',
    'x-uuencode',
    'text\r\nbegin 644 a\r\n#0V%T\r\n`\r\nend\r\nrest',
    'Cat',
  ],
  ['8bit is as it is', '8bit', '\xff=20', '\xff=20'],
];

for (const [behaviour, encoding, encoded, decoded] of CASES) {
  void test(`${behaviour}, however it is cut`, () => {
    for (const pieceOctets of [1, 2, 3, 1000]) {
      const { octets } = decode(encoding, Buffer.from(encoded, 'latin1'), pieceOctets);
      assert.equal(octets.toString('latin1'), decoded, `in pieces of ${pieceOctets}`);
    }
  });
}

void test('an encoding that is not known leaves octets as they are, and is named', () => {
  assert.deepEqual(decode('x-none', Buffer.from('=20')), {
    octets: Buffer.from('=20'),
    problems: ['encoding-unknown'],
  });
});

void test('any octets come back from base64 and quoted-printable', () => {
  const lines = (text: string): string => text.replaceAll(/.{76}/g, '$&\r\n');
  const quoted = (octets: Uint8Array): string =>
    [...octets]
      .map((octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`)
      .join('')
      .replaceAll(/.{75}/g, '$&=\r\n');
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.integer({ min: 1, max: 100 }),
      (octets, pieceOctets) => {
        const base64 = Buffer.from(lines(Buffer.from(octets).toString('base64')));
        assert.deepEqual(decode('base64', base64, pieceOctets), {
          octets: Buffer.from(octets),
          problems: [],
        });
        assert.deepEqual(
          decode('quoted-printable', Buffer.from(quoted(octets)), pieceOctets).octets,
          Buffer.from(octets),
        );
      },
    ),
  );
});

void test('lines of one length are decoded as any others are, whatever is wrong in one of them', () => {
  const line = 'QUJD'.repeat(19);
  for (const wrong of ['', '-', '_', '=', '*', ' ', 'QUJ']) {
    for (const end of ['\r\n', '\n']) {
      const encoded = Buffer.from(
        [line, line, `${wrong}${line.slice(wrong.length)}`, line, 'QQ=='].join(end),
      );
      assert.deepEqual(decode('base64', encoded), decode('base64', encoded, 1), JSON.stringify(wrong));
    }
  }
});

void test('lines of one length behind a line that is not of whole groups go on where that ended', () => {
  const line = 'QUJD'.repeat(19);
  const encoded = Buffer.from(['QU', line, line, 'JD', ''].join('\r\n'));
  const octets = Buffer.from(['QU', line, line, 'JD'].join(''), 'base64');
  assert.deepEqual(decode('base64', encoded), { octets, problems: [] });
});

void test('any octets decode the same however they are cut, and never fail', () => {
  const pieces = fc.constantFrom(
    '=',
    '==',
    'YWJj',
    'a',
    ' ',
    '\r\n',
    '\n',
    '\r',
    '=3',
    '3D',
    'begin 644 a',
    'end',
    '`',
    '#0V%T',
    '\xff',
  );
  const encoded = fc.array(pieces, { maxLength: 40 }).map((parts) => Buffer.from(parts.join(''), 'latin1'));
  const encodings = fc.constantFrom('base64', 'quoted-printable', 'uuencode');
  fc.assert(
    fc.property(encodings, encoded, fc.integer({ min: 1, max: 20 }), (encoding, octets, pieceOctets) => {
      assert.deepEqual(decode(encoding, octets, pieceOctets), decode(encoding, octets));
    }),
    { numRuns: 2000 },
  );
});
