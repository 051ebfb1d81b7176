// Header text: encoded words and raw octets become characters, and guesses are told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeHeaderOctets, decodeHeaderText } from '../../../lib/core/message/encoded-words.ts';

function decode(octets: string): { text: string; notes: string[] } {
  const notes: string[] = [];
  return { text: decodeHeaderText(octets, (problem) => notes.push(problem)), notes };
}

const octetsOf = (text: string): string => Buffer.from(text).toString('latin1');

const CLEAN: readonly (readonly [behaviour: string, octets: string, text: string])[] = [
  ['plain text stays', 'Hello, World', 'Hello, World'],
  ['Q decodes with _ as a space', '=?ISO-8859-1?Q?Andr=E9_x?=', 'André x'],
  ['B decodes', '=?utf-8?B?R3LDvMOfZQ==?=', 'Grüße'],
  ['B may lack its padding', '=?utf-8?b?YQ?=', 'a'],
  [
    'space between encoded words vanishes, also when folded',
    '=?utf-8?q?a?=  =?utf-8?q?b?=\r\n\t=?utf-8?q?c?=',
    'abc',
  ],
  ['space between a word and text stays', 'x =?utf-8?q?a?= y', 'x a y'],
  ['a character cut in half by two words is whole again', '=?utf-8?q?=C3?= =?utf-8?b?vA==?=', 'ü'],
  ['neighbours of different charsets are decoded apart', '=?utf-8?q?=C3=BC?= =?iso-8859-1?q?=FC?=', 'üü'],
  [
    'words of iso-2022-jp are decoded apart',
    '=?ISO-2022-JP?B?GyRCJWYbKEI=?= =?ISO-2022-JP?B?GyRCJWYbKEI=?=',
    'ユユ',
  ],
  [
    'words of iso-2022-jp that were cut within their characters are whole again',
    '=?ISO-2022-JP?B?GyRCJQ==?= =?ISO-2022-JP?B?ZiVmGyhC?=',
    'ユユ',
  ],
  ['a language tag is dropped', '=?utf-8*en?q?a?=', 'a'],
  ['words inside quotes are decoded too', '"=?utf-8?q?=C3=BC?=" <a@b>', '"ü" <a@b>'],
  [
    'charsets that mail calls by other names',
    '=?cp932?b?g2U=?= =?ks_c_5601-1987?b?sKE=?= =?gb2312?b?sKE=?=',
    'テ가啊',
  ],
  ['raw UTF-8 is read as such', octetsOf('Grüße à'), 'Grüße à'],
  ['raw octets inside a word belong to its charset', '=?iso-8859-1?q?Fr\xf6sche?=', 'Frösche'],
  ['what only looks like a word stays', '=?utf-8?x?a?= =?utf-8?q?a =?', '=?utf-8?x?a?= =?utf-8?q?a =?'],
  ['a = that starts no octet stays', '=?utf-8?q?a=zz=4?=', 'a=zz=4'],
  ['an empty word is empty', '=?utf-8?q??=', ''],
];

for (const [behaviour, octets, text] of CLEAN) {
  void test(behaviour, () => {
    assert.deepEqual(decode(octets), { text, notes: [] });
  });
}

void test('octets that are no UTF-8 are read as windows-1252, and noted', () => {
  assert.deepEqual(decode('Gr\xfc\xdfe \x80'), { text: 'Grüße €', notes: ['header-charset-guessed'] });
});

void test('an unknown charset is guessed, and noted', () => {
  assert.deepEqual(decode('=?x-none?q?=C3=BC?='), { text: 'ü', notes: ['header-charset-unknown'] });
});

void test('UTF-7 is decoded like any other charset: what it says is data, whoever shows it has to escape it', () => {
  assert.deepEqual(decode('=?utf-7?q?Fr+APY-sche +- +ADw-b+AD4?='), { text: 'Frösche + <b>', notes: [] });
});

void test('any octets decode without an error, into well-formed text', () => {
  const pieces = fc.constantFrom(
    '=?',
    '?=',
    '?q?',
    '?b?',
    'utf-8',
    'iso-2022-jp',
    '=C3',
    '\xc3',
    '\xff',
    ' ',
    '_',
    'a',
    '\0',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const octets = parts.join('');
      assert.ok(decodeHeaderText(octets, () => undefined).isWellFormed());
      assert.ok(decodeHeaderOctets(octets, () => undefined).isWellFormed());
    }),
    { numRuns: 2000 },
  );
});

void test('any text encoded in words comes back', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.integer({ min: 1, max: 40 }),
      (text, octetsAWord) => {
        const octets = Buffer.from(text);
        const words: string[] = [];
        for (let start = 0; start < octets.length; start += octetsAWord) {
          words.push(`=?UTF-8?B?${octets.subarray(start, start + octetsAWord).toString('base64')}?=`);
        }
        // A byte order mark at the start is no character of the text.
        assert.equal(decode(words.join('\r\n ')).text, text.replace(/^\ufeff/, ''));
      },
    ),
  );
});
