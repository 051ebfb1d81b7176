// What a record, an object and a listed message are to each other: every difference has its name, agreement has none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compareListing, compareStored, compareUnstored } from '../../lib/audit/compare.ts';
import type { ObjectFinding } from '../../lib/audit/compare.ts';
import { DIFFERENCES } from '../../lib/audit/difference.ts';
import type { Difference } from '../../lib/audit/difference.ts';
import type { ImportLimits } from '../../lib/core/account.ts';
import { planImport } from '../../lib/core/plan.ts';
import type { RecordMark } from '../../lib/core/record.ts';
import {
  failedRecord,
  recordsOfEveryShape,
  skippedRecord,
  storedRecord,
  uidlOf,
} from '../contract/sample-records.ts';
import { knownBy, row } from '../support/listed-messages.ts';

const INTACT: ObjectFinding = {
  key: 'raw/x',
  documentKey: 'parsed/x',
  content: 'intact',
  document: 'there',
  detail: undefined,
};
const UIDL = uidlOf('a');
const LIMITS: ImportLimits = {
  messageOctets: 1000,
  runMessages: 1,
  runOctets: 1,
  deletionsPerRun: 1,
};

function marked(kind: RecordMark['kind']): { mark: RecordMark } {
  return { mark: { kind, at: 1, runId: 'run-1' } };
}

function kinds(differences: readonly Difference[]): string[] {
  return differences.map(({ kind }) => kind);
}

test('a stored message whose object and document are there agrees, listed or not, deleted or not', () => {
  for (const isListed of [true, false, undefined]) {
    assert.deepEqual(compareStored(storedRecord(UIDL), INTACT, isListed), []);
    assert.deepEqual(compareStored(storedRecord(UIDL, 'x', marked('deleted')), INTACT, isListed), []);
  }
});

test('what is wrong with the object of a stored message is named, and is damage', () => {
  for (const [content, kind] of [
    ['absent', 'object-missing'],
    ['different', 'object-different'],
    ['unreadable', 'object-unreadable'],
  ] as const) {
    const finding = { ...INTACT, content, document: undefined, detail: 'how' };
    const [difference, ...others] = compareStored(storedRecord(UIDL), finding, true);
    assert.ok(difference && others.length === 0);
    assert.deepEqual([difference.kind, difference.key, difference.uidl], [kind, 'raw/x', UIDL]);
    assert.deepEqual([difference.isListed, difference.detail], [true, 'how']);
    assert.equal(DIFFERENCES[difference.kind].severity, 'damage');
  }
});

test('a missing object is damage also of a message that the server deleted, and of one marked lost', () => {
  const absent = { ...INTACT, content: 'absent', document: undefined } as const;
  assert.deepEqual(kinds(compareStored(storedRecord(UIDL, 'x', marked('deleted')), absent, false)), [
    'object-missing',
  ]);
  assert.deepEqual(kinds(compareStored(storedRecord(UIDL, 'x', marked('lost')), absent, false)), [
    'object-lost',
  ]);
  assert.deepEqual(kinds(compareStored(storedRecord(UIDL, 'x', marked('lost')), INTACT, false)), [
    'object-found-again',
  ]);
});

test('a document that is missing is damage, one that is still to be made is none', () => {
  for (const [document, severity] of [
    ['missing', 'damage'],
    ['pending', 'news'],
  ] as const) {
    const [difference] = compareStored(storedRecord(UIDL), { ...INTACT, document }, undefined);
    assert.ok(difference);
    assert.deepEqual([difference.kind, difference.key], [`document-${document}`, 'parsed/x']);
    assert.equal(DIFFERENCES[difference.kind].severity, severity);
  }
});

test('doubts that the next import settles by itself are news', () => {
  const doubtful = storedRecord(UIDL, 'x', { identifiedBy: 'header', ...marked('deleting') });
  assert.deepEqual(kinds(compareStored(doubtful, INTACT, true)), [
    'deletion-unsettled',
    'identified-by-header',
  ]);
});

test('a message that is not stored is named for what it is, or as gone', () => {
  const failed = failedRecord(UIDL);
  const quarantined = failedRecord(UIDL, { state: 'quarantined', attempts: 3 });
  for (const isListed of [true, undefined]) {
    assert.deepEqual(kinds(compareUnstored(failed, isListed)), ['failed']);
    assert.deepEqual(kinds(compareUnstored(quarantined, isListed)), ['quarantined']);
  }
  assert.deepEqual(kinds(compareUnstored(skippedRecord(UIDL), undefined)), ['too-large']);
  for (const record of [failed, quarantined, skippedRecord(UIDL)])
    assert.deepEqual(kinds(compareUnstored(record, false)), ['gone-before-stored']);
  assert.match(compareUnstored(quarantined, true)[0]?.detail ?? '', /^3 attempts: POP3_TIMEOUT$/);
});

test('every row of a listing agrees, or is named', () => {
  const octets = 500;
  const stored = (id: string, changes = {}): ReturnType<typeof storedRecord> =>
    storedRecord(uidlOf(id), id, { listedOctets: octets, ...changes });
  for (const [kind, rows, records] of [
    ['not-imported', [row(1, 'a', octets)], []],
    ['size-changed', [row(1, 'a', octets + 1)], [stored('a')]],
    ['listed-though-deleted', [row(1, 'a', octets)], [stored('a', marked('deleted'))]],
    ['listed-without-uidl', [row(1, undefined, octets)], []],
    ['too-large', [row(1, 'a', 1001)], []],
    ['too-large', [row(1, 'a', octets)], [skippedRecord(uidlOf('a'))]],
    ['listed-ambiguous', [row(1, 'a', octets)], [stored('a'), storedRecord(uidlOf('a'), 'other')]],
    // What is stored agrees; of the others the record tells.
    [undefined, [row(1, 'a', octets)], [stored('a')]],
    [undefined, [row(1, 'a', octets)], [stored('a', { identifiedBy: 'header' })]],
    [undefined, [row(1, 'a', octets)], [failedRecord(uidlOf('a'))]],
    [undefined, [row(1, 'a', octets)], [failedRecord(uidlOf('a'), { state: 'quarantined' })]],
    [undefined, [row(1, 'a', octets)], [stored('a', marked('lost'))]],
  ] as const) {
    const { differences } = compareListing(rows, knownBy(...records), LIMITS);
    assert.deepEqual(kinds(differences), kind === undefined ? [] : [kind]);
  }
  const twice = compareListing([row(1, 'a'), row(2, 'a')], knownBy(), LIMITS);
  assert.deepEqual(kinds(twice.differences), ['listed-ambiguous', 'listed-ambiguous']);
  assert.deepEqual(
    twice.differences.map(({ messageNumber }) => messageNumber),
    [1, 2],
  );
});

test('the sizes that differ are told', () => {
  const record = storedRecord(UIDL, 'x', { listedOctets: 100 });
  const { differences } = compareListing([row(1, 'a', 101)], knownBy(record), LIMITS);
  assert.match(differences[0]?.detail ?? '', /101 octets now, and said 100/);
});

test('the listing is judged as an import would, and the limits of a run play no part', () => {
  const shapes = recordsOfEveryShape();
  const rows = fc.array(
    fc.tuple(
      fc.option(fc.constantFrom(...shapes.map(({ uidl }) => uidl), 'new'), { nil: undefined }),
      fc.nat(2000),
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(rows, (listed) => {
      const listing = listed.map(([uidl, octets], index) => row(index + 1, uidl, octets));
      const unlimited = { ...LIMITS, runMessages: undefined, runOctets: undefined };
      const plan = planImport(listing, knownBy(...shapes), unlimited);
      const { differences, agreed } = compareListing(listing, knownBy(...shapes), LIMITS);
      assert.equal(agreed, plan.filter(({ action }) => action === 'known').length);
      const named = new Set(differences.map(({ messageNumber }) => messageNumber));
      for (const { listed: message, action } of plan)
        assert.ok(action !== 'known' || !named.has(message.messageNumber));
    }),
  );
});
