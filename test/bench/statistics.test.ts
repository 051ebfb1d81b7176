// How figures are put together and shown.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, withRange } from '../../bench/measure/statistics.ts';
import { textTable } from '../../bench/measure/text-table.ts';

void test('a median is the one in the middle, or what lies between the two that are', () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([1, 4, 2, 100]), 3);
  assert.equal(median([7]), 7);
});

void test('the range is shown where there is one', () => {
  assert.equal(withRange([1.234], 2), '1.23');
  assert.equal(withRange([3, 1, 2], 1), '2.0 (1.0-3.0)');
});

void test('a table is Markdown with columns of one width', () => {
  assert.equal(
    textTable(
      ['client', 's'],
      [
        ['a', '1.25'],
        ['longer name', '10'],
      ],
    ),
    '| client      |    s |\n| ----------- | ---: |\n| a           | 1.25 |\n| longer name |   10 |',
  );
});
