// Recognising messages after a UIDL turnover: by header and size, and never where two could be meant.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { matchTurnover } from '../../lib/core/match-turnover.ts';
import type { ShownHeader } from '../../lib/core/match-turnover.ts';
import type { Sha256, StoredRecord } from '../../lib/core/record.ts';
import { storedRecord, uidlOf } from '../contract/sample-records.ts';
import { row, rowOfUnknownSize } from '../support/listed-messages.ts';
import { sha256Of } from '../support/memory-blob-store.ts';

const headerOf = (name: string): Sha256 => sha256Of(Buffer.from(name));

function shown(messageNumber: number, header: string, octets: number | 'no size' = 100): ShownHeader {
  const id = `new-${messageNumber}`;
  const listed = octets === 'no size' ? rowOfUnknownSize(messageNumber, id) : row(messageNumber, id, octets);
  return { listed, headerSha256: headerOf(header) };
}

function record(id: string, header: string, changes: Partial<StoredRecord> = {}): StoredRecord {
  const facts = { octets: 100, listedOctets: 100, headerSha256: headerOf(header) };
  return storedRecord(uidlOf(id), `content of ${header}`, { ...facts, ...changes });
}

function byHeader(records: readonly StoredRecord[]): ReadonlyMap<Sha256, readonly StoredRecord[]> {
  const found = new Map<Sha256, StoredRecord[]>();
  for (const record of records) {
    if (record.headerSha256 === undefined) continue;
    found.set(record.headerSha256, [...(found.get(record.headerSha256) ?? []), record]);
  }
  return found;
}

const OTHER_CONTENT = { sha256: sha256Of(Buffer.from('another content')) };

interface Case {
  readonly name: string;
  readonly shown: readonly ShownHeader[];
  readonly records: readonly StoredRecord[];
  /** Number of the message and UIDL of the record. */
  readonly matches: readonly (readonly [messageNumber: number, uidl: string])[];
}

const CASES: readonly Case[] = [
  { name: 'nothing shown is nothing matched', shown: [], records: [record('old', 'h')], matches: [] },
  {
    name: 'a message is known by its header and size',
    shown: [shown(1, 'h'), shown(2, 'other'), shown(3, 'i')],
    records: [record('old', 'h'), record('older', 'i'), record('gone', 'j')],
    matches: [
      [1, 'old'],
      [3, 'older'],
    ],
  },
  {
    name: 'two listed messages with one header are nobody',
    shown: [shown(1, 'h'), shown(2, 'i'), shown(3, 'h')],
    records: [record('old', 'h'), record('older', 'i')],
    matches: [[2, 'older']],
  },
  {
    name: 'two listed messages with one header are nobody, though one has another size',
    shown: [shown(1, 'h', 100), shown(2, 'h', 999)],
    records: [record('old', 'h')],
    matches: [],
  },
  {
    name: 'records of two contents with one header are nobody, though one has another size',
    shown: [shown(1, 'h')],
    records: [record('old', 'h'), record('older', 'h', { ...OTHER_CONTENT, octets: 7, listedOctets: 7 })],
    matches: [],
  },
  {
    name: 'one content under several UIDLs is one message, as it was first seen',
    shown: [shown(1, 'h')],
    records: [record('second', 'h', { firstSeen: 2 }), record('first', 'h', { firstSeen: 1 })],
    matches: [[1, 'first']],
  },
  {
    name: 'another size is another message',
    shown: [shown(1, 'h', 101)],
    records: [record('old', 'h')],
    matches: [],
  },
  {
    name: 'the size may be the octets that came or what LIST said of them',
    shown: [shown(1, 'h', 103), shown(2, 'i', 100)],
    records: [record('old', 'h', { octets: 103 }), record('older', 'i', { octets: 103 })],
    matches: [
      [1, 'old'],
      [2, 'older'],
    ],
  },
  {
    name: 'a size that LIST does not give, now and then, is no size',
    shown: [shown(1, 'h', 'no size')],
    records: [record('old', 'h', { listedOctets: undefined })],
    matches: [],
  },
];

for (const { name, shown, records, matches } of CASES) {
  test(name, () => {
    assert.deepEqual(
      matchTurnover(shown, byHeader(records)).map(({ listed, record }) => [
        listed.messageNumber,
        String(record.uidl),
      ]),
      matches,
    );
  });
}

const headers = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const sizes = fc.option(fc.constantFrom(100, 200), { nil: undefined, freq: 8 });
const showings = fc
  .array(fc.tuple(headers, sizes), { maxLength: 8 })
  .map((rows) => rows.map(([header, octets], index) => shown(index + 1, header, octets ?? 'no size')));
const recordLists = fc
  .array(
    fc.record({
      header: headers,
      content: fc.constantFrom('x', 'x', 'x', 'y'),
      octets: fc.constantFrom(100, 200),
      listedOctets: sizes,
      firstSeen: fc.nat(100),
    }),
    { maxLength: 8 },
  )
  .map((rows) =>
    rows.map(({ header, content, ...changes }, index) =>
      record(`old-${index}`, header, { ...changes, sha256: headerOf(header + content) }),
    ),
  );

test('a message is matched if and only if its header is shown once and recorded of one content, of its size', () => {
  fc.assert(
    fc.property(showings, recordLists, (shown, records) => {
      const matches = matchTurnover(shown, byHeader(records));
      const matched = new Map(matches.map(({ listed, record }) => [listed, record]));
      assert.equal(matched.size, matches.length, 'a message is matched at most once');
      for (const { listed, headerSha256 } of shown) {
        const twins = shown.filter((other) => other.headerSha256 === headerSha256);
        const owners = records.filter((record) => record.headerSha256 === headerSha256);
        const oldest = owners.toSorted((a, b) => a.firstSeen - b.firstSeen)[0];
        const isOne = twins.length === 1 && new Set(owners.map(({ sha256 }) => sha256)).size === 1;
        const hasSize = listed.octets === oldest?.octets || listed.octets === oldest?.listedOctets;
        const expected = isOne && hasSize && listed.octets !== undefined ? oldest : undefined;
        assert.equal(matched.get(listed), expected);
      }
    }),
  );
});

test('no record is matched with two messages, and matches keep the order in which headers were shown', () => {
  fc.assert(
    fc.property(showings, recordLists, (shown, records) => {
      const matches = matchTurnover(shown, byHeader(records));
      assert.equal(new Set(matches.map(({ record }) => record)).size, matches.length);
      const numbers = matches.map(({ listed }) => listed.messageNumber);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
    }),
  );
});
