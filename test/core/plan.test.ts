// What a run does with every listed message, limits and failures aside: a table of decisions. The laws that hold for any
// listing are in plan-laws.test.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planImport } from '../../lib/core/plan.ts';
import { skippedRecord, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { knownBy, row, rowOfUnknownSize } from '../support/listed-messages.ts';
import { failed, marked, NO_LIMITS, quarantined, stored, testPlans } from './plan-case.ts';
import type { PlanCase } from './plan-case.ts';

const SEEN: readonly PlanCase[] = [
  { name: 'an empty maildrop is an empty plan', listing: [], plan: [] },
  { name: 'a message never seen is fetched', listing: [row(1, 'a')], plan: ['fetch new'] },
  {
    name: 'a stored message is known, whatever limits say',
    listing: [row(1, 'a')],
    records: [stored('a')],
    limits: { messageOctets: 1, runMessages: 0, runOctets: 1 },
    plan: ['known stored'],
  },
  { name: 'a message without an id is fetched', listing: [row(1, undefined)], plan: ['fetch no-uidl'] },
  {
    name: 'two messages of one id are both fetched, stored or not',
    listing: [row(1, 'a'), row(2, 'b'), row(3, 'a')],
    records: [stored('a'), stored('b')],
    plan: ['fetch ambiguous-uidl', 'known stored', 'fetch ambiguous-uidl'],
  },
  {
    name: 'an id that two stored messages had proves nothing',
    listing: [row(1, 'a')],
    records: [stored('a'), storedRecord(uidlOf('a'), 'another')],
    plan: ['fetch ambiguous-uidl'],
  },
  {
    name: 'ids that differ in case only are two ids',
    listing: [row(1, 'a'), row(2, 'A')],
    records: [stored('a')],
    plan: ['known stored', 'fetch new'],
  },
  {
    name: 'a stored message that LIST gives another size than it did then is fetched',
    listing: [row(1, 'a', 101), row(2, 'b', 99), row(3, 'c', 100)],
    records: [stored('a'), stored('b'), stored('c')],
    plan: ['fetch size-changed', 'fetch size-changed', 'known stored'],
  },
  {
    name: 'only what LIST said counts as the size, not the octets that came, which servers miscount',
    listing: [row(1, 'a', 100), row(2, 'b', 103)],
    records: [stored('a', { octets: 103 }), stored('b', { octets: 103 })],
    plan: ['known stored', 'fetch size-changed'],
  },
  {
    name: 'a size that LIST does not give, now or then, is no other size',
    listing: [rowOfUnknownSize(1, 'a'), row(2, 'b'), rowOfUnknownSize(3, 'c')],
    records: [
      stored('a'),
      stored('b', { listedOctets: undefined }),
      stored('c', { listedOctets: undefined }),
    ],
    plan: ['known stored', 'known stored', 'known stored'],
  },
  {
    name: 'a message whose deletion the server had confirmed is fetched when it is listed again',
    listing: [row(1, 'a')],
    records: [marked('a', 'deleted')],
    plan: ['fetch listed-again'],
  },
  {
    name: 'a message that was only about to be deleted, and is there, is known',
    listing: [row(1, 'a')],
    records: [marked('a', 'deleting')],
    plan: ['known stored'],
  },
  {
    name: 'a message that the archive has lost is fetched again',
    listing: [row(1, 'a')],
    records: [marked('a', 'lost')],
    plan: ['fetch object-lost'],
  },
  {
    name: 'what marks say of one message of an id says nothing of several',
    listing: [row(1, 'a'), row(2, 'a'), row(3, 'b')],
    records: [marked('a', 'lost'), marked('b', 'deleted'), storedRecord(uidlOf('b'), 'another')],
    plan: ['fetch ambiguous-uidl', 'fetch ambiguous-uidl', 'fetch ambiguous-uidl'],
  },
];

const UNPROVEN = stored('a', { identifiedBy: 'header' });

const HEADER_ONLY: readonly PlanCase[] = [
  {
    name: 'a message identified by its header alone is known: its octets are only needed before it is deleted',
    listing: [row(1, 'a')],
    records: [UNPROVEN],
    plan: ['known stored'],
  },
  {
    name: 'a message identified by its header alone is fetched when its size changes',
    listing: [row(1, 'a', 50)],
    records: [UNPROVEN],
    plan: ['fetch size-changed'],
  },
];

testPlans([...SEEN, ...HEADER_ONLY]);

test('a plan carries what was known: the first sight and the failure of a fetch, the record of the rest', () => {
  const records = [stored('a'), quarantined('b'), failed('c'), skippedRecord(uidlOf('d'), { octets: 5 })];
  const listing = ['a', 'b', 'c', 'd', 'e'].map((id, index) => row(index + 1, id));
  const planned = planImport(listing, knownBy(...records), NO_LIMITS);
  assert.deepEqual(planned, [
    { action: 'known', reason: 'stored', listed: listing[0], record: records[0] },
    { action: 'quarantine', reason: 'failed-too-often', listed: listing[1], record: records[1] },
    {
      action: 'fetch',
      reason: 'failed-before',
      listed: listing[2],
      firstSeen: records[2]?.firstSeen,
      failed: records[2],
    },
    {
      action: 'fetch',
      reason: 'new',
      listed: listing[3],
      firstSeen: records[3]?.firstSeen,
      failed: undefined,
    },
    { action: 'fetch', reason: 'new', listed: listing[4], firstSeen: undefined, failed: undefined },
  ]);
});
