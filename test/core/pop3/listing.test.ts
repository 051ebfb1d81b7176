// Rows of LIST and UIDL as servers really send them, and the two joined.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MailferryError } from '../../../lib/core/errors.ts';
import { joinListing, parseListRow, parseUidlRow } from '../../../lib/core/pop3/listing.ts';
import { fromUidl, toUidl } from '../../../lib/core/uidl.ts';

const octets = (text: string): Buffer => Buffer.from(text, 'latin1');
const uidl = (text: string): ReturnType<typeof toUidl> => toUidl(octets(text));

function isProtocolError(error: unknown): boolean {
  return error instanceof MailferryError && error.code === 'POP3_PROTOCOL' && error.scope === 'session';
}

const LIST_ROWS: readonly [row: string, messageNumber: number, octets: number | undefined][] = [
  ['1 120', 1, 120],
  ['2 0', 2, 0],
  ['  3\t44  ', 3, 44],
  ['+OK 4 55', 4, 55],
  ['5 66 7', 5, 66],
  ['6', 6, undefined],
  ['7 many', 7, undefined],
  ['8 -1', 8, undefined],
  ['9 12x', 9, undefined],
  ['10 9999999999', 10, 9_999_999_999],
  ['11 99999999999999999999', 11, undefined],
];

for (const [row, messageNumber, size] of LIST_ROWS) {
  test(`the LIST row "${row}" is message ${messageNumber} of ${size ?? 'unknown'} octets`, () => {
    assert.deepEqual(parseListRow(octets(row)), { messageNumber, octets: size });
  });
}

const UIDL_ROWS: readonly [row: string, messageNumber: number, id: string | undefined][] = [
  ['1 abc', 1, 'abc'],
  ['2 a b  c \t', 2, 'a b  c'],
  ['+OK 3 abc', 3, 'abc'],
  ['4 caf\xe9\xff\x00', 4, 'caf\xe9\xff\x00'],
  [`5 ${'u'.repeat(300)}`, 5, 'u'.repeat(300)],
  ['6 ', 6, undefined],
  ['7', 7, undefined],
  ['8 ../../etc', 8, '../../etc'],
  ['9 .', 9, '.'],
];

for (const [row, messageNumber, id] of UIDL_ROWS) {
  test(`the UIDL row ${JSON.stringify(row.slice(0, 20))} has ${id === undefined ? 'no id' : 'its id'}`, () => {
    const expected = { messageNumber, uidl: id === undefined ? undefined : uidl(id) };
    assert.deepEqual(parseUidlRow(octets(row)), expected);
  });
}

for (const row of ['', ' ', 'x 1', '0 5', '-1 5', '1x 5', '1.5 5', '9999999999999999 1', '-ERR no']) {
  test(`a row ${JSON.stringify(row)} is refused in either listing`, () => {
    assert.throws(() => parseListRow(octets(row)), isProtocolError);
    assert.throws(() => parseUidlRow(octets(row)), isProtocolError);
  });
}

test('any octets of an id come back as they were, less white space at its ends', () => {
  const inner = fc.uint8Array({ minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(inner, (id) => {
      const isBlank = (octet: number | undefined): boolean => octet === 0x20 || octet === 0x09;
      fc.pre(!isBlank(id[0]) && !isBlank(id.at(-1)));
      const parsed = parseUidlRow(Buffer.concat([octets('7 '), id])).uidl;
      assert.ok(parsed !== undefined);
      assert.ok(Buffer.from(fromUidl(parsed)).equals(id));
    }),
  );
});

test('the two listings are joined by number, oldest first, whatever order they came in', () => {
  const list = [
    { messageNumber: 10, octets: 100 },
    { messageNumber: 2, octets: 20 },
  ];
  const ids = [
    { messageNumber: 3, uidl: uidl('c') },
    { messageNumber: 10, uidl: uidl('j') },
  ];
  assert.deepEqual(joinListing(list, ids), [
    { messageNumber: 2, octets: 20, uidl: undefined },
    { messageNumber: 3, octets: undefined, uidl: uidl('c') },
    { messageNumber: 10, octets: 100, uidl: uidl('j') },
  ]);
});

test('either listing may be missing, and a maildrop may be empty', () => {
  const listed = { messageNumber: 1, octets: 5, uidl: undefined };
  assert.deepEqual(joinListing([{ messageNumber: 1, octets: 5 }], undefined), [listed]);
  const named = { messageNumber: 1, octets: undefined, uidl: uidl('a') };
  assert.deepEqual(joinListing(undefined, [{ messageNumber: 1, uidl: uidl('a') }]), [named]);
  assert.deepEqual(joinListing([], []), []);
});

test('a number that comes twice is refused, in either listing', () => {
  const list = [1, 2, 1].map((messageNumber) => ({ messageNumber, octets: 5 }));
  const ids = [1, 2, 2].map((messageNumber) => ({ messageNumber, uidl: uidl(`id${messageNumber}`) }));
  assert.throws(() => joinListing(list, undefined), isProtocolError);
  assert.throws(() => joinListing(undefined, ids), isProtocolError);
});

test('an empty UIDL answer for a maildrop with mail is refused', () => {
  assert.throws(() => joinListing([{ messageNumber: 1, octets: 5 }], []), isProtocolError);
});

test('one id for two messages is not refused here: the plan decides', () => {
  const ids = [1, 2].map((messageNumber) => ({ messageNumber, uidl: uidl('same') }));
  assert.equal(joinListing(undefined, ids).length, 2);
});
