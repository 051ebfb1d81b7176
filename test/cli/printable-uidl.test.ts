// A UIDL survives the way to the screen and back, whatever octets a server made it of.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { describeUidl, fromPrintableUidl, toPrintableUidl } from '../../lib/cli/printable-uidl.ts';
import { toUidl } from '../../lib/core/uidl.ts';
import { ODD_UIDLS, uidlOf } from '../contract/sample-records.ts';

/** Octets that are special to the escaping come often. */
const uidls = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from('\\x5cX0f ab'))), {
    maxLength: 80,
  })
  .map((octets) => toUidl(Uint8Array.from(octets)));

test('every UIDL is one word of visible ASCII, and comes back as it was', () => {
  fc.assert(
    fc.property(uidls, (uidl) => {
      const printable = toPrintableUidl(uidl);
      assert.match(printable, /^[\x21-\x7e]*$/);
      assert.equal(fromPrintableUidl(printable), uidl);
    }),
    { numRuns: 2000 },
  );
  for (const uidl of ODD_UIDLS) assert.equal(fromPrintableUidl(toPrintableUidl(uidl)), uidl);
});

test('two UIDLs never look the same', () => {
  fc.assert(
    fc.property(uidls, uidls, (one, other) => {
      assert.equal(toPrintableUidl(one) === toPrintableUidl(other), one === other);
    }),
  );
  assert.notEqual(toPrintableUidl(uidlOf('a\\x41')), toPrintableUidl(uidlOf('aA')));
});

test('a usual UIDL looks as it is, and the rest is escaped octet by octet', () => {
  assert.equal(toPrintableUidl(uidlOf('0123-aB.c_d/..#')), '0123-aB.c_d/..#');
  assert.equal(toPrintableUidl(uidlOf('a b\\\x00\xff\n')), 'a\\x20b\\x5c\\x00\\xff\\x0a');
});

test('a UIDL may also be given as it is: what is no escape stands for itself, in UTF-8', () => {
  assert.equal(fromPrintableUidl('a b\\c\\xZZ'), 'a b\\c\\xZZ');
  assert.equal(fromPrintableUidl('\\xFF\\xfe'), '\xff\xfe');
  assert.equal(fromPrintableUidl('ü'), '\xc3\xbc');
});

test('no UIDL at all is told as such', () => {
  assert.equal(describeUidl(uidlOf('')), '(none)');
  assert.equal(describeUidl(uidlOf(' ')), '\\x20');
});
