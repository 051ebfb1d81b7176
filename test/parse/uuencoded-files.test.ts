// Files that stand uuencoded in a text: listed with their octets, the text untouched; what only looks like one is text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MAX_UUENCODED_FILES } from '../../lib/parse/limits.ts';
import { uuencodedFilesIn } from '../../lib/parse/uuencoded-files.ts';
import { sha256Of } from '../support/memory-blob-store.ts';
import { HTML, multipart, parsed, TOP } from './parsed.ts';

interface Found {
  readonly files: readonly (readonly [name: string | null, content: string])[];
  readonly problems: readonly string[];
}

function find(lines: readonly string[], lineEnd = '\r\n'): Found {
  const problems = new Set<string>();
  const text = Buffer.from(lines.join(lineEnd), 'latin1');
  const files = uuencodedFilesIn(text, MAX_UUENCODED_FILES, (problem) => problems.add(problem));
  return {
    files: files.map(({ name, octets }) => [name, octets.toString('latin1')]),
    problems: [...problems],
  };
}

/** As uuencode(1) writes it, with a grave accent for zero. */
function uuencoded(octets: Uint8Array, name: string): string[] {
  const character = (sextet: number): string => (sextet === 0 ? '`' : String.fromCharCode(32 + sextet));
  const lines: string[] = [];
  for (let start = 0; start < octets.length; start += 45) {
    const piece = octets.subarray(start, start + 45);
    let line = character(piece.length);
    for (let index = 0; index < piece.length; index += 3) {
      const [a = 0, b = 0, c = 0] = piece.subarray(index, index + 3);
      const sextets = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63];
      line += sextets.map(character).join('');
    }
    lines.push(line);
  }
  return [`begin 644 ${name}`, ...lines, '`', 'end'];
}

const CAT = ['begin 644 cat.txt', '#0V%T', '`', 'end'];

void test('files are found wherever they stand in a text, with their names', () => {
  const both = {
    files: [
      ['cat.txt', 'Cat'],
      [null, 'Cat'],
    ],
    problems: ['uuencode-in-text'],
  };
  const lines = ['Hello,', '', ...CAT, 'and', 'begin 0600', ...CAT.slice(1)];
  assert.deepEqual(find(lines), both);
  assert.deepEqual(find(lines, '\n'), both);
  assert.deepEqual(find(CAT).files, [['cat.txt', 'Cat']]);
});

void test('any octets come out as they went in', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
      assert.deepEqual(find(['x', ...uuencoded(octets, 'a'), 'y']).files, [
        ['a', Buffer.from(octets).toString('latin1')],
      ]);
    }),
    { numRuns: 300 },
  );
});

for (const [what, lines, problems] of [
  ['words about it', ['begin 644 words', 'like these', 'end'], []],
  ['a beginning within a line', [` ${CAT[0]}`, ...CAT.slice(1)], []],
  ['a beginning without a mode', ['begin cat.txt', ...CAT.slice(1)], []],
  ['a file without an end', CAT.slice(0, 3), ['uuencode-broken']],
  ['a line that is too short', [...CAT.slice(0, 2), '#0V', 'end'], ['uuencode-broken']],
  ['a line that is too long', [...CAT.slice(0, 2), '#0V%T  ', 'end'], ['uuencode-broken']],
  ['a line with a letter that is none of it', [...CAT.slice(0, 2), '#0V%t', 'end'], ['uuencode-broken']],
] as const) {
  void test(`${what} is text: ${problems.join(', ') || 'without a problem'}`, () => {
    assert.deepEqual(find(lines), { files: [], problems });
  });
}

void test('beginnings without number are looked at in linear time, and no more files are taken than are accepted', () => {
  const before = process.cpuUsage();
  find(Array.from({ length: 200_000 }, () => 'begin 644 a'));
  assert.ok(process.cpuUsage(before).user < 2_000_000);
  assert.equal(find(Array.from({ length: 200 }, () => CAT).flat()).files.length, MAX_UUENCODED_FILES);
});

void test('the document lists a file with the body that it stands in; attachments and the text are what they are without', async () => {
  const { document, contents } = await parsed([
    ...TOP,
    ...multipart('mixed', [
      HTML,
      ['Content-Type: text/plain', 'Content-Transfer-Encoding: quoted-printable', '', 'See:', ...CAT],
    ]),
  ]);
  const sha256 = sha256Of(Buffer.from('Cat'));
  assert.deepEqual(document.embedded, [
    {
      partId: '2',
      encoding: 'uuencode',
      name: 'cat.txt',
      size: 3,
      sha256,
      key: `attachments/account=billing/${sha256}`,
    },
  ]);
  assert.deepEqual(contents.map(String), ['Cat']);
  assert.deepEqual(document.attachments, []);
  assert.equal(document.text, ['See:', ...CAT].join('\n'));
  assert.deepEqual(document.problems, ['uuencode-in-text']);
});

void test('all bodies of a message together have no more files than are accepted', async () => {
  const body = ['', ...Array.from({ length: 60 }, () => CAT).flat()];
  const { document } = await parsed([...TOP, ...multipart('mixed', [body, body, body])]);
  assert.equal(document.embedded.length, MAX_UUENCODED_FILES);
});
