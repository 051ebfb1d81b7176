// What a listing costs in memory as long as nobody has anything to do with its messages: its octets, and some numbers a row.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { LineReader } from '../../lib/core/pop3/line-reader.ts';
import { ListColumns, UidlColumns } from '../../lib/core/pop3/listing-columns.ts';
import type { TakeRow } from '../../lib/core/pop3/listing-columns.ts';
import { ListedRows } from '../../lib/core/pop3/listed-rows.ts';

const ROWS = process.env['MAILFERRY_LONG'] === '1' ? 1_000_000 : 50_000;
/** The longest that RFC 1939 section 7 allows. */
const UIDL_OCTETS = 70;
const ROWS_IN_A_PIECE = 1000;
/** Number, size, length, place: 22 octets, in columns that may be filled by half. */
const ALLOWED_OCTETS_A_ROW = UIDL_OCTETS + 2 * 30;
const BLOCKS_OCTETS = 1024 * 1024;

/** One for all pieces, so that what is counted is what is held. */
const PIECE = Buffer.alloc(ROWS_IN_A_PIECE * 100);

/** Rows as they come from a server, some at a time. */
function feed(take: TakeRow, rowOf: (number: number) => string): void {
  const reader = new LineReader(1000);
  for (let first = 1; first <= ROWS; first += ROWS_IN_A_PIECE) {
    const rows = Array.from({ length: ROWS_IN_A_PIECE }, (_, index) => `${rowOf(first + index)}\r\n`);
    const length = PIECE.write(rows.join(''), 'latin1');
    reader.pushEach(PIECE.subarray(0, length), (octets, start, end) => {
      take(octets, start, end);
      return true;
    });
  }
}

test('a listing whose messages nobody asks for holds its octets and a few numbers a row, and no object', () => {
  const before = process.memoryUsage();
  const [list, uidl] = [new ListColumns(), new UidlColumns()];
  feed(uidl.push, (number) => `${number} ${String(number).padStart(UIDL_OCTETS, '0')}`);
  feed(list.push, (number) => `${number} ${number * 7}`);
  const rows = ListedRows.join(list, uidl);
  const hash = createHash('sha256');
  for (const octets of rows.octets()) hash.update(octets);
  assert.equal(hash.digest().length, 32);
  const held = process.memoryUsage().arrayBuffers - before.arrayBuffers;
  assert.equal(rows.length, ROWS);
  assert.ok(held < ROWS * ALLOWED_OCTETS_A_ROW + BLOCKS_OCTETS, `${Math.round(held / ROWS)} octets a row`);
  assert.equal(rows.at(ROWS - 1).octets, ROWS * 7);
});
