// Every parser of server octets, fed with anything: a value or a MailferryError, never another error, and nothing in an
// error's text that a terminal or a log could be hurt by.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MailferryError } from '../../lib/core/errors.ts';
import { parseApopTimestamp } from '../../lib/core/pop3/apop.ts';
import { parseCapabilities } from '../../lib/core/pop3/capabilities.ts';
import { loginError } from '../../lib/core/pop3/failed-login.ts';
import { LineReader } from '../../lib/core/pop3/line-reader.ts';
import { joinListing, parseListRow, parseUidlRow } from '../../lib/core/pop3/listing.ts';
import { parseReply } from '../../lib/core/pop3/reply.ts';
import { toServerFacts } from '../../lib/core/pop3/server-facts.ts';
import { parseStat } from '../../lib/core/pop3/stat.ts';
import { diagnoseGreeting } from '../../lib/core/pop3/wrong-protocol.ts';
import { fromUidl } from '../../lib/core/uidl.ts';
import { cutAt, cuts, runs, serverLine, serverOctets } from './server-octets.ts';

/** The value, or `undefined` for an error of ours that is fit to print; any other error is thrown. */
function orError<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof MailferryError)) throw error;
    assert.match(`${error.message}${error.hint ?? ''}`, /^[\x20-\x7e]{1,600}$/, 'the text is fit to print');
    return undefined;
  }
}

const CAP = 40;

function readLines(chunks: readonly Uint8Array[]): string[] | undefined {
  const reader = new LineReader(CAP);
  const lines: string[] = [];
  for (const chunk of chunks) {
    let unread = chunk;
    while (unread.length > 0) {
      const pushed = orError(() => reader.push(unread));
      if (!pushed) return undefined;
      if (pushed.line) lines.push(Buffer.from(pushed.line).toString('latin1'));
      assert.ok(pushed.rest.length < unread.length, 'it goes on');
      unread = pushed.rest;
    }
  }
  return lines;
}

test('lines are the same however the octets are cut, and never longer than the cap', () => {
  fc.assert(
    fc.property(serverOctets, cuts, (octets, places) => {
      const lines = readLines([octets]);
      const pieces = readLines(cutAt(octets, places));
      // Pieces before a line that is too long may have been lines of their own: only whole streams compare.
      if (lines && pieces) assert.deepEqual(pieces, lines);
      for (const line of pieces ?? []) assert.ok(line.length <= CAP);
    }),
    runs(1500, 200_000),
  );
});

test('any line is an answer or an error, and its text is fit to print', () => {
  fc.assert(
    fc.property(serverLine, (line) => {
      const reply = orError(() => parseReply(line));
      if (!reply) return;
      assert.match(reply.text, /^[\x20-\x7e]{0,203}$/);
      assert.equal(reply.status === 'ok', /^\+OK(?:[ \t\r]|$)/i.test(line.toString('latin1')));
      assert.match(loginError('PASS', reply).message, /^[\x20-\x7e]+$/);
      const size = orError(() => parseStat(reply));
      assert.ok(!size || (Number.isSafeInteger(size.messages) && size.messages >= 0));
    }),
    runs(1500, 200_000),
  );
});

test('any rows are a listing in order, each number once, or an error', () => {
  fc.assert(
    fc.property(fc.array(serverLine, { maxLength: 6 }), (rows) => {
      const list = rows.map((row) => orError(() => parseListRow(row))).filter((row) => row !== undefined);
      const uidl = rows.map((row) => orError(() => parseUidlRow(row))).filter((row) => row !== undefined);
      for (const { octets } of list)
        assert.ok(octets === undefined || (Number.isSafeInteger(octets) && octets >= 0));
      for (const id of uidl.flatMap(({ uidl }) => uidl ?? [])) {
        assert.ok(
          rows.some((row) => row.includes(Buffer.from(fromUidl(id)))),
          'an id is octets of a row',
        );
      }
      const joined = orError(() => joinListing(list, uidl)) ?? [];
      for (const [index, { messageNumber }] of joined.entries()) {
        assert.ok(
          Number.isSafeInteger(messageNumber) && messageNumber > (joined[index - 1]?.messageNumber ?? 0),
        );
      }
    }),
    runs(1000, 150_000),
  );
});

test('a row that is good stays what it is, whatever stands behind it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999_999 }), fc.nat(), serverLine, (number, octets, tail) => {
      const row = Buffer.concat([Buffer.from(`${number} ${octets} `), tail]);
      assert.deepEqual(parseListRow(row), { messageNumber: number, octets });
    }),
    runs(500, 100_000),
  );
});

test('any rows are capabilities or an error', () => {
  fc.assert(
    fc.property(fc.array(serverLine, { maxLength: 6 }), (rows) => {
      const capabilities = orError(() => parseCapabilities(rows));
      if (!capabilities) return;
      assert.ok(capabilities.size <= rows.length);
      const { expire, loginDelaySeconds } = toServerFacts(capabilities);
      for (const value of [expire, loginDelaySeconds]) {
        assert.ok(typeof value !== 'number' || (Number.isSafeInteger(value) && value >= 0));
      }
    }),
    runs(1000, 100_000),
  );
});

test('any greeting has a timestamp of printable characters or none, and may be another protocol', () => {
  fc.assert(
    fc.property(serverOctets, (octets) => {
      const timestamp = parseApopTimestamp(octets);
      assert.ok(timestamp === undefined || /^<[\x21-\x7e]+@[\x21-\x7e]+>$/.test(timestamp));
      const other = diagnoseGreeting(octets);
      assert.ok(!other || !octets.toString('latin1').startsWith('+OK'));
    }),
    runs(1000, 150_000),
  );
});
