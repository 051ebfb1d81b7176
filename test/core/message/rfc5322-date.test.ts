// Dates of headers: archive keys depend on every row here for ever, so a changed row is a format change.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseRfc5322Date } from '../../../lib/core/message/rfc5322-date.ts';

const iso = (text: string): string | null =>
  parseRfc5322Date(text)?.toISOString().replace('.000Z', 'Z') ?? null;

const ACCEPTED: readonly (readonly [text: string, utc: string])[] = [
  // RFC 5322 section 3.3 and appendix A
  ['Fri, 21 Nov 1997 09:55:06 -0600', '1997-11-21T15:55:06Z'],
  ['Tue, 1 Jul 2003 10:52:37 +0200', '2003-07-01T08:52:37Z'],
  ['Thu, 13 Feb 1969 23:32:54 -0330', '1969-02-14T03:02:54Z'],
  ['1 Jul 2003 10:52 +0200', '2003-07-01T08:52:00Z'],
  ['Mon, 01 Jan 2024 00:00:00 -0000', '2024-01-01T00:00:00Z'],
  ['Mon,1 Jan 2024 00:00:00 +0000', '2024-01-01T00:00:00Z'],
  // section 4.3 and appendix A.5, A.6: comments, folding, spaces, years, zones
  [
    'Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)',
    '1969-02-14T03:02:00Z',
  ],
  ['Fri, 21 Nov 97 09(comment):   55  :  06 -0600', '1997-11-21T15:55:06Z'],
  ['Mon (a (nested \\) one)), 1 Jan 2024 00:00:00 +0000', '2024-01-01T00:00:00Z'],
  ['Mon, 1 Jan 2024 00:00:00 +0000 (never closed', '2024-01-01T00:00:00Z'],
  ['1 Jan 49 00:00:00 GMT', '2049-01-01T00:00:00Z'],
  ['1 Jan 50 00:00:00 GMT', '1950-01-01T00:00:00Z'],
  ['1 Jan 99 00:00:00 UT', '1999-01-01T00:00:00Z'],
  ['1 Jan 100 00:00:00 UT', '2000-01-01T00:00:00Z'],
  ['1 Jan 0001 00:00:00 +0000', '0001-01-01T00:00:00Z'],
  ['1 Jan 0099 00:00:00 +0000', '0099-01-01T00:00:00Z'],
  ['31 Dec 9999 23:59:59 +0000', '9999-12-31T23:59:59Z'],
  ['1 Jan 2024 12:00:00 EST', '2024-01-01T17:00:00Z'],
  ['1 Jan 2024 12:00:00 EDT', '2024-01-01T16:00:00Z'],
  ['1 Jan 2024 12:00:00 CST', '2024-01-01T18:00:00Z'],
  ['1 Jan 2024 12:00:00 CDT', '2024-01-01T17:00:00Z'],
  ['1 Jan 2024 12:00:00 MST', '2024-01-01T19:00:00Z'],
  ['1 Jan 2024 12:00:00 MDT', '2024-01-01T18:00:00Z'],
  ['1 Jan 2024 12:00:00 PST', '2024-01-01T20:00:00Z'],
  ['1 Jan 2024 12:00:00 pdt', '2024-01-01T19:00:00Z'],
  ['1 Jan 2024 12:00:00 A', '2024-01-01T12:00:00Z'],
  ['1 Jan 2024 12:00:00 z', '2024-01-01T12:00:00Z'],
  ['1 Jan 2024 12:00:00 CEST', '2024-01-01T12:00:00Z'],
  ['1 Jan 2024 12:00:00', '2024-01-01T12:00:00Z'],
  ['1 Jan 2024 12:00', '2024-01-01T12:00:00Z'],
  ['1 Jan 2024 00:00:00 +9959', '2023-12-27T20:01:00Z'],
  // real calendars
  ['29 Feb 2024 00:00:00 +0000', '2024-02-29T00:00:00Z'],
  ['29 Feb 2000 00:00:00 +0000', '2000-02-29T00:00:00Z'],
  ['31 Dec 2016 23:59:60 +0000', '2017-01-01T00:00:00Z'],
  ['Sun, 1 Jan 2024 00:00:00 +0000', '2024-01-01T00:00:00Z'],
  // seen in the wild
  ['Monday, 1 January 2024 00:00:00 +0000', '2024-01-01T00:00:00Z'],
  ['Thu, 4 Sept 2014 14:16:39 +0200', '2014-09-04T12:16:39Z'],
  ['mon, 1 JAN 2024 00:00:00 gmt', '2024-01-01T00:00:00Z'],
  ['Mon, 01-Jan-2024 00:00:00 GMT', '2024-01-01T00:00:00Z'],
  ['Mon 1 Jan 2024 00:00:00 +0000', '2024-01-01T00:00:00Z'],
  ['Mon, 1 Jan 2024 00:00:00 GMT+0100', '2023-12-31T23:00:00Z'],
  ['Mon, 1 Jan 2024 00:00:00 +01:00', '2023-12-31T23:00:00Z'],
  ['Mon, 1 Jan 2024 00:00:00 -600', '2024-01-01T06:00:00Z'],
  ['Mon, 1 Jan 2024 00:00:00 +0100 CET', '2023-12-31T23:00:00Z'],
  ['Mon, 1 Jan 2024 00:00:00+0100', '2023-12-31T23:00:00Z'],
  ['Mon, 1 Jan 2024 00:00:00.999 +0000', '2024-01-01T00:00:00Z'],
  ['Mon, 001 Jan 2024 00:00:00 +0000', '2024-01-01T00:00:00Z'],
  ['Mon, 1 Jan 2024 00:00:00 +0000 From: a@example.com', '2024-01-01T00:00:00Z'],
  ['Mon Jan  1 12:00:00 2024', '2024-01-01T12:00:00Z'],
  ['Mon Jan  1 12:00:00 EST 2024', '2024-01-01T17:00:00Z'],
];

for (const [text, utc] of ACCEPTED) {
  void test(`${JSON.stringify(text)} is ${utc}`, () => {
    assert.equal(iso(text), utc);
  });
}

const REFUSED: readonly (readonly [why: string, text: string])[] = [
  ['an empty header', ''],
  ['white space', ' \r\n '],
  ['words', 'Whenever'],
  ['30 February', '30 Feb 2024 00:00:00 +0000'],
  ['29 February of a common year', '29 Feb 1900 00:00:00 +0000'],
  ['31 April', '31 Apr 2024 00:00:00 +0000'],
  ['day 0', '0 Jan 2024 00:00:00 +0000'],
  ['hour 24', '1 Jan 2024 24:00:00 +0000'],
  ['hour 25', '1 Jan 2024 25:00:00 +0000'],
  ['minute 60', '1 Jan 2024 00:60:00 +0000'],
  ['second 61', '1 Jan 2024 00:00:61 +0000'],
  ['an unknown month', '1 Foo 2024 00:00:00 +0000'],
  ['a month of two letters', '1 Ju 2024 00:00:00 +0000'],
  ['an unknown name of a day', 'Pn, 1 Jan 2024 00:00:00 +0000'],
  ['60 minutes in a zone', '1 Jan 2024 00:00:00 +0060'],
  ['a 12-hour clock', '1 Jan 2024 09:00:00 PM'],
  ['no year', '1 Jan 00:00:00 +0000'],
  ['a year of five digits', '1 Jan 12024 00:00:00 +0000'],
  ['the year 0', '1 Jan 0000 00:00:00 +0000'],
  ['a moment before the year 1 in UTC', '1 Jan 0001 00:00:00 +0001'],
  ['a moment after the year 9999 in UTC', '31 Dec 9999 23:59:59 -0001'],
  ['no time', '1 Jan 2024'],
  ['digits that are not ASCII', '١ Jan 2024 00:00:00 +0000'],
  ['text behind the name of a zone', '1 Jan 2024 00:00:00 GMT and more'],
  ['a half of the day behind a zone', '1 Jan 2024 09:00:00 PM +0000'],
  ['a comment only', '(1 Jan 2024 00:00:00 +0000)'],
  ['ISO 8601', '2024-01-01T00:00:00Z'],
];

for (const [why, text] of REFUSED) {
  void test(`${why} is no date`, () => {
    assert.equal(iso(text), null);
  });
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function render(utcMs: number, offsetMinutes: number): string {
  const local = new Date(utcMs + offsetMinutes * 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const zone = `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offsetMinutes) / 60))}${two(Math.abs(offsetMinutes) % 60)}`;
  const year = String(local.getUTCFullYear()).padStart(4, '0');
  const time = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
  return `${DAYS[local.getUTCDay()]}, ${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]} ${year} ${time} ${zone}`;
}

void test('every second of the years 0002 to 9998 comes back from its rendering in any zone', () => {
  const first = Date.parse('0002-01-01T00:00:00Z') / 1000;
  const last = Date.parse('9998-12-31T00:00:00Z') / 1000;
  const moments = fc.integer({ min: first, max: last });
  const offsets = fc.integer({ min: -14 * 60, max: 14 * 60 });
  fc.assert(
    fc.property(moments, offsets, (seconds, offsetMinutes) => {
      assert.equal(parseRfc5322Date(render(seconds * 1000, offsetMinutes))?.getTime(), seconds * 1000);
    }),
    { numRuns: 2000 },
  );
});

void test('any text gives a date of the years 0001 to 9999 or null, and never throws', () => {
  const pieces = fc.constantFrom(
    'Mon',
    ',',
    ' ',
    '1',
    '31',
    'Jan',
    '2024',
    '12:00',
    ':',
    '+',
    '-',
    '0100',
    '(',
    ')',
    '\\',
    '\r\n ',
    '\0',
    'ü',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      const date = parseRfc5322Date(parts.join(''));
      assert.ok(date === null || (date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999));
    }),
    { numRuns: 2000 },
  );
});

void test('a megabyte that is no date is refused in linear time', () => {
  for (const piece of ['(', ')', '\\', ' ', '1', 'a', '1 Jan 2024 ', ': ', '()']) {
    assert.equal(parseRfc5322Date(piece.repeat(1_000_000 / piece.length)), null);
  }
});
