// Messages with octets changed, cut out, doubled or put in: from those of the golden documents, and from the corpus where it is.

import * as fc from 'fast-check';
import { GOLDEN_MESSAGES } from '../parse/golden-messages.ts';
import { corpusMessages, corpusSkip } from '../support/corpus.ts';

/** Of larger ones most mutations are in some base64, where they show nothing. */
const MAX_SEED_OCTETS = 20_000;

const WORDS = [
  [
    '\r\n',
    '\n',
    '\r',
    '\n\n',
    '\r\n\r\n',
    '\n ',
    '\n\t',
    '\n--',
    '--',
    '\0',
    '\xff',
    '\xc3',
    '\x1b$B',
    '\x1b(B',
  ],
  [
    '=?',
    '?=',
    '=?utf-8?b?',
    '=?utf-8?q?',
    '=',
    '=\n',
    '==',
    '"',
    '\\',
    ';',
    ':',
    ',',
    '<',
    '>',
    '(',
    ')',
    '@',
  ],
  [
    '\nContent-Type: multipart/mixed; boundary=b\n\n--b\n',
    '\n--b\n',
    '\n--b--\n',
    '; boundary=',
    '; charset=',
  ],
  ['\nContent-Type: message/rfc822\n\n', '\nContent-Type: multipart/digest; boundary=b\n\n--b\n\n'],
  [
    '\nContent-Transfer-Encoding: base64\n',
    '\nContent-Transfer-Encoding: quoted-printable\n',
    '; format=flowed',
  ],
  [
    '\nbegin 644 a\n#0V%T\n`\nend\n',
    '\nbegin 644 ',
    "; name*0*=utf-8''%",
    '*=',
    'utf-7',
    'iso-2022-jp',
    '+AAA-',
  ],
  ['\nDate: ', '\nFrom: ', '\nTo: undisclosed:;', '\nReceived: a; ', '&#x110000;', '<style>', '<!--'],
].flat();

interface Change {
  readonly at: number;
  readonly length: number;
  readonly kind: number;
  readonly word: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  length: fc.nat(40),
  kind: fc.nat(3),
  word: fc.constantFrom(...WORDS),
});

/** @returns octets anew for each kind of change: others, none, twice the same, a word between them */
function changed(octets: Buffer, { at, length, kind, word }: Change): Buffer {
  const start = at % (octets.length + 1);
  const piece = octets.subarray(start, start + length);
  const rest = octets.subarray(start + piece.length);
  const inserted = Buffer.from(word, 'latin1');
  const others = Buffer.from(piece.map((octet) => octet ^ (at & 0xff)));
  const middle = [others, Buffer.alloc(0), Buffer.concat([piece, piece]), Buffer.concat([inserted, piece])];
  return Buffer.concat([octets.subarray(0, start), middle[kind] ?? piece, rest]);
}

export function mutants(): fc.Arbitrary<Buffer> {
  const golden = Object.values(GOLDEN_MESSAGES).map((message) =>
    message instanceof Uint8Array ? Buffer.from(message) : Buffer.from(message.join('\r\n')),
  );
  const corpus = corpusSkip() === false ? corpusMessages().map(({ bytes }) => bytes) : [];
  const seeds = [...golden, ...corpus.filter(({ length }) => length <= MAX_SEED_OCTETS)];
  return fc
    .tuple(fc.nat(seeds.length - 1), fc.array(change, { maxLength: 8 }))
    .map(([seed, changes]) => changes.reduce(changed, seeds[seed] ?? Buffer.alloc(0)));
}
