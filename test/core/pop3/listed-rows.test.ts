// Listings in columns: what they say of any two answers is what the objects said, and their octets tell any two apart.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { joinListing, parseListRow, parseUidlRow } from '../../../lib/core/pop3/listing.ts';
import type { ListedMessage } from '../../../lib/core/pop3/listing.ts';
import { ListColumns, UidlColumns } from '../../../lib/core/pop3/listing-columns.ts';
import { ListedRows } from '../../../lib/core/pop3/listed-rows.ts';
import { row, rowOfUnknownSize } from '../../support/listed-messages.ts';

function columnsOf<Columns extends ListColumns | UidlColumns>(
  columns: Columns,
  rows: readonly string[],
): Columns {
  // In the middle of others, as a row lies in what a socket gives.
  for (const row of rows) columns.push(Buffer.from(`9 x${row}7 7`, 'latin1'), 3, 3 + row.length);
  return columns;
}

function errorOf(step: () => unknown): string | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const number = fc.oneof(
  fc.integer({ min: 0, max: 12 }).map(String),
  fc.constantFrom('123456789012345', '1234567890123456', '007', '-1', 'x', ''),
);
const gap = fc.constantFrom(' ', '  ', '\t', '');
const value = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    '120',
    '0',
    '999999999999999',
    '9999999999999999',
    '12 7',
    '',
    ' ',
    'a b\t',
    '.',
    '\xff\x00',
  ),
  fc.string({
    maxLength: 12,
    unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
  }),
);
const anyRow = fc
  .tuple(fc.constantFrom('', '', '', '+OK ', ' '), number, gap, value)
  .map((parts) => parts.join('').replaceAll(/[\r\n]/g, ''));

test('a row in columns says what it says as an object, or is refused alike', () => {
  fc.assert(
    fc.property(anyRow, (text) => {
      const octets = Buffer.from(text, 'latin1');
      const list = errorOf(() => parseListRow(octets));
      assert.equal(
        errorOf(() => columnsOf(new ListColumns(), [text])),
        list,
      );
      if (list === undefined)
        assert.deepEqual(columnsOf(new ListColumns(), [text]).rows(), [parseListRow(octets)]);
      const uidl = errorOf(() => parseUidlRow(octets));
      assert.equal(
        errorOf(() => columnsOf(new UidlColumns(), [text])),
        uidl,
      );
      if (uidl === undefined)
        assert.deepEqual(columnsOf(new UidlColumns(), [text]).rows(), [parseUidlRow(octets)]);
    }),
    { numRuns: 1000 },
  );
});

const numbers = fc.oneof(
  fc.integer({ min: 0, max: 6 }).map((count) => Array.from({ length: count }, (_, index) => index + 1)),
  fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 6 }),
);
const answers = fc.record({
  list: fc.option(numbers, { nil: undefined }),
  uidl: fc.option(numbers, { nil: undefined }),
});

test('two answers joined in columns list what they list as objects, or are refused alike', () => {
  fc.assert(
    fc.property(answers, ({ list, uidl }) => {
      const sizes = list?.map((number) => `${number} ${number % 3 === 0 ? 'many' : number * 10}`);
      const ids = uidl?.map((number) => (number % 4 === 0 ? `${number} ` : `${number} id-${number % 5}`));
      const join = (): ListedRows =>
        ListedRows.join(
          sizes && columnsOf(new ListColumns(), sizes),
          ids && columnsOf(new UidlColumns(), ids),
        );
      const plain = (): ListedMessage[] =>
        joinListing(
          sizes?.map((text) => parseListRow(Buffer.from(text))),
          ids?.map((text) => parseUidlRow(Buffer.from(text))),
        );
      const refusal = errorOf(plain);
      assert.equal(errorOf(join), refusal);
      if (refusal !== undefined) return;
      const rows = join();
      assert.deepEqual(rows.messages(), plain());
      assert.equal(rows.length, plain().length);
      assert.deepEqual(
        plain().map((_, index) => rows.uidl(index)),
        plain().map(({ uidl }) => uidl),
      );
    }),
  );
});

test('columns grow as far as a listing does', () => {
  const texts = Array.from({ length: 5000 }, (_, index) => `${index + 1} ${'u'.repeat(index % 300)}${index}`);
  const rows = ListedRows.join(undefined, columnsOf(new UidlColumns(), texts));
  assert.deepEqual(
    rows.messages(),
    joinListing(
      undefined,
      texts.map((text) => parseUidlRow(Buffer.from(text))),
    ),
  );
});

test('a message is one object, however it is asked for, and another that looks like it is none of these', () => {
  const rows = ListedRows.join(columnsOf(new ListColumns(), ['2 20', '5 50', '9 90']), undefined);
  const last = rows.at(2);
  assert.equal(rows.has(last), true);
  assert.equal(rows.has({ ...last }), false);
  assert.deepEqual(rows.messagesFrom(1), [rows.at(1), last]);
  assert.equal(rows.messages()[2], last);
  assert.equal(rows.has(last), true);
  assert.equal(rows.at(2), last);
  assert.throws(() => rows.at(3), RangeError);
});

test('octets that fill a block to its last one are all there', () => {
  const ids = [
    'x'.repeat(16 * 1024),
    ...Array.from({ length: 20 }, (_, index) => `${index}`.repeat(16 * 1024).slice(0, 16 * 1024)),
  ];
  for (const count of [15, 16, 17, 21]) {
    const rows = ListedRows.of(ids.slice(0, count).map((id, index) => row(index + 1, id)));
    const [, , , ...uidls] = rows.octets();
    assert.equal(Buffer.concat(uidls).toString('latin1'), ids.slice(0, count).join(''));
    assert.equal(rows.uidl(count - 1), ids[count - 1]);
  }
});

const listings = fc.array(
  fc.record({
    octets: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    id: fc.option(fc.constantFrom('a', 'b', 'ab', 'aa', '1'), { nil: undefined }),
  }),
  { maxLength: 4 },
);

function rowsOf(
  facts: readonly { octets: number | undefined; id: string | undefined }[],
  first = 1,
): ListedRows {
  return ListedRows.of(
    facts.map(({ octets, id }, index) =>
      octets === undefined ? rowOfUnknownSize(first + index, id) : row(first + index, id, octets),
    ),
  );
}

test('the octets of rows are the same for the same rows, under any numbers and behind any others, and for no others', () => {
  fc.assert(
    fc.property(listings, listings, (some, others) => {
      const octets = Buffer.concat(rowsOf(some).octets());
      assert.ok(octets.equals(Buffer.concat(rowsOf(some, 7).octets())));
      assert.ok(octets.equals(Buffer.concat(rowsOf([...others, ...some]).octets(others.length))));
      assert.ok(octets.equals(Buffer.concat(rowsOf([...some, ...others]).octets(0, some.length))));
      const isSame = JSON.stringify(some) === JSON.stringify(others);
      assert.equal(octets.equals(Buffer.concat(rowsOf(others).octets())), isSame);
    }),
    { numRuns: 1000 },
  );
});
