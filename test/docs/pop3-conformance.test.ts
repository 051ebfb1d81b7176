// The conformance table of docs/pop3.md is true as far as a program can tell: every row is there once, and every file and
// test it names exists.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const ROWS = 184;

interface Row {
  readonly number: number;
  readonly behaviour: string;
  readonly where: string;
  readonly tests: string;
}

const TABLE = readRows();

function readRows(): Row[] {
  const text = readFileSync(resolve(ROOT, 'docs/pop3.md'), 'utf8');
  const rows: Row[] = [];
  for (const line of text.split('\n')) {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const [, number = '', behaviour = '', where = '', tests = ''] = cells;
    if (/^\d+$/.test(number)) rows.push({ number: Number(number), behaviour, where, tests });
  }
  return rows;
}

interface NamedTest {
  readonly file: string;
  /** Pieces of one title, in their order. Only a transcript has none: it is a test by itself. */
  readonly pieces: readonly string[];
}

function testsOf({ tests }: Row): NamedTest[] {
  const named = tests.matchAll(/`([^`]+)`(?: "([^"]+)")?/g);
  return [...named].map(([, file = '', title]) => ({
    file: resolve(ROOT, 'test', file),
    pieces:
      title
        ?.replaceAll('\\', '')
        .split('…')
        .map((piece) => piece.trim()) ?? [],
  }));
}

function isOn(line: string, pieces: readonly string[]): boolean {
  let from = 0;
  for (const piece of pieces) {
    const at = line.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return true;
}

/** A title, the case of a test with many, or the code of it; never a comment or an import. */
function isTitleIn(source: string, pieces: readonly string[]): boolean {
  if (pieces.length === 0) return true;
  const lines = source.split('\n').map((line) => line.trim());
  return lines.some(
    (line) => /['"`]/.test(line) && !/^(\/\/|\*|\/\*|import )/.test(line) && isOn(line, pieces),
  );
}

test('every row is there once, in order', () => {
  assert.deepEqual(
    TABLE.map(({ number }) => number),
    Array.from({ length: ROWS }, (_, index) => index + 1),
  );
});

test('every row says what is done; without a test it says why there is none', () => {
  const bare = TABLE.filter((row) => row.behaviour === '' || row.where === '');
  assert.deepEqual(bare, []);
  const untested = TABLE.filter((row) => testsOf(row).length === 0);
  for (const { number, behaviour } of untested)
    assert.match(behaviour, /^\*\*Refused\*\*|without a test/, `row ${number}`);
});

test('every test that is named exists', () => {
  const missing = TABLE.flatMap((row) =>
    testsOf(row)
      .filter(({ file, pieces }) => !existsSync(file) || !isTitleIn(readFileSync(file, 'utf8'), pieces))
      .map(({ file, pieces }) => `row ${row.number}: ${file.slice(ROOT.length + 1)} "${pieces.join('…')}"`),
  );
  assert.deepEqual(missing, []);
});

test('a test is named by its title, and a transcript knows the rows it is named for', () => {
  const wrong: string[] = [];
  for (const row of TABLE) {
    for (const { file, pieces } of testsOf(row)) {
      const isRight = file.endsWith('.txt')
        ? rowsOf(file).includes(row.number)
        : pieces.join('').length >= TELLING_CHARACTERS;
      if (!isRight) wrong.push(`row ${row.number}: ${file.slice(ROOT.length + 1)}`);
    }
  }
  assert.deepEqual(wrong, []);
});

/** A shorter piece of a title is in too many. */
const TELLING_CHARACTERS = 12;

function rowsOf(transcript: string): number[] {
  const [, rows = ''] = /^rows: (.*)$/m.exec(readFileSync(transcript, 'utf8')) ?? [];
  return rows.split(',').map(Number);
}

test('every source file that is named exists', () => {
  for (const { number, where } of TABLE) {
    for (const [, path = ''] of where.matchAll(/`([^`]+)`/g)) {
      if (/^[a-zA-Z]+$/.test(path)) continue;
      const file = path.startsWith('functions/') ? path : `lib/${path}`;
      assert.ok(existsSync(resolve(ROOT, file)), `row ${number}: ${file}`);
    }
  }
});
