// What a run does with every listed message: a table of decisions, and the laws that hold for any listing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ImportLimits } from '../../lib/core/account.ts';
import { planImport } from '../../lib/core/plan.ts';
import type { ListedMessage } from '../../lib/core/pop3/listing.ts';
import type {
  ArchiveDate,
  MessageRecord,
  Sha256,
  SkippedRecord,
  StoredRecord,
} from '../../lib/core/record.ts';
import { toUidl } from '../../lib/core/uidl.ts';
import type { Uidl } from '../../lib/core/uidl.ts';

const NO_LIMITS: ImportLimits = { messageOctets: undefined, runMessages: undefined, runOctets: undefined };

const uidl = (text: string): Uidl => toUidl(Buffer.from(text, 'latin1'));

function row(messageNumber: number, id: string | undefined, octets: number | undefined = 100): ListedMessage {
  return { messageNumber, octets, uidl: id === undefined ? undefined : uidl(id) };
}

function stored(id: string, firstSeen = 1000): StoredRecord {
  const sha256 = 'a'.repeat(64) as Sha256;
  const dt = '2026-01-01' as ArchiveDate;
  return { state: 'stored', uidl: uidl(id), sha256, octets: 100, dt, firstSeen, runId: 'run' };
}

function skipped(id: string, octets: number): SkippedRecord {
  return { state: 'skipped', uidl: uidl(id), octets, firstSeen: 2000, runId: 'run' };
}

function ledger(...records: readonly MessageRecord[]): Map<Uidl, MessageRecord[]> {
  const known = new Map<Uidl, MessageRecord[]>();
  for (const record of records) known.set(record.uidl, [...(known.get(record.uidl) ?? []), record]);
  return known;
}

interface Case {
  readonly name: string;
  readonly listing: readonly ListedMessage[];
  readonly records?: readonly MessageRecord[];
  readonly limits?: Partial<ImportLimits>;
  readonly plan: readonly string[];
}

const CASES: readonly Case[] = [
  { name: 'an empty maildrop is an empty plan', listing: [], plan: [] },
  { name: 'a message never seen is fetched', listing: [row(1, 'a')], plan: ['fetch new'] },
  {
    name: 'a stored message is known, whatever limits say',
    listing: [row(1, 'a', 999)],
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
    records: [stored('a'), stored('a')],
    plan: ['fetch ambiguous-uidl'],
  },
  {
    name: 'ids that differ in case only are two ids',
    listing: [row(1, 'a'), row(2, 'A')],
    records: [stored('a')],
    plan: ['known stored', 'fetch new'],
  },
  {
    name: 'a message of exactly the limit is fetched, one octet more is skipped',
    listing: [row(1, 'a', 100), row(2, 'b', 101)],
    limits: { messageOctets: 100 },
    plan: ['fetch new', 'skip larger-than-message-limit'],
  },
  {
    name: 'a message that proved too large once is skipped although LIST says less',
    listing: [row(1, 'a', 10)],
    records: [skipped('a', 101)],
    limits: { messageOctets: 100 },
    plan: ['skip larger-than-message-limit'],
  },
  {
    name: 'a message skipped before is fetched once the limit is raised',
    listing: [row(1, 'a', 10)],
    records: [skipped('a', 101)],
    limits: { messageOctets: 200 },
    plan: ['fetch new'],
  },
  {
    name: 'the message limit of a run defers the rest, and known or skipped messages do not use it up',
    listing: [row(1, 'a'), row(2, 'b', 999), row(3, 'c'), row(4, 'd')],
    records: [stored('a')],
    limits: { runMessages: 1, messageOctets: 500 },
    plan: ['known stored', 'skip larger-than-message-limit', 'fetch new', 'defer run-message-limit'],
  },
  {
    name: 'the octet limit of a run may be met exactly',
    listing: [row(1, 'a', 60), row(2, 'b', 40), row(3, 'c', 1)],
    limits: { runOctets: 100 },
    plan: ['fetch new', 'fetch new', 'defer run-octet-limit'],
  },
  {
    name: 'the first message of a run is fetched even when it alone is more than the run may fetch',
    listing: [row(1, 'a', 500), row(2, 'b', 1)],
    limits: { runOctets: 100 },
    plan: ['fetch new', 'defer run-octet-limit'],
  },
  {
    name: 'messages that no id identifies are fetched beyond the limits of a run, and do not use them up',
    listing: [row(1, undefined), row(2, 'a'), row(3, 'a'), row(4, 'b'), row(5, 'c'), row(6, undefined)],
    limits: { runMessages: 1, runOctets: 100 },
    plan: [
      'fetch no-uidl',
      'fetch ambiguous-uidl',
      'fetch ambiguous-uidl',
      'fetch new',
      'defer run-message-limit',
      'fetch no-uidl',
    ],
  },
  {
    name: 'a message of unknown size is fetched',
    listing: [{ messageNumber: 1, octets: undefined, uidl: uidl('a') }],
    limits: { messageOctets: 1, runOctets: 1 },
    plan: ['fetch new'],
  },
];

for (const { name, listing, records = [], limits, plan } of CASES) {
  test(name, () => {
    const planned = planImport(listing, ledger(...records), { ...NO_LIMITS, ...limits });
    assert.deepEqual(
      planned.map(({ action, reason }) => `${action} ${reason}`),
      plan,
    );
  });
}

test('a fetched message keeps the time its id was first seen', () => {
  const planned = planImport([row(1, 'a'), row(2, 'b')], ledger(skipped('a', 5)), NO_LIMITS);
  assert.deepEqual(
    planned.map((message) => message.action === 'fetch' && message.firstSeen),
    [2000, undefined],
  );
});

const ids = fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { nil: undefined });
const sizes = fc.option(fc.nat(300), { nil: undefined });
const listings = fc.array(fc.tuple(ids, sizes), { maxLength: 12 }).map((rows): ListedMessage[] =>
  rows.map(([id, octets], index) => ({
    messageNumber: index + 1,
    octets,
    uidl: id === undefined ? undefined : uidl(id),
  })),
);
const ledgers = fc
  .array(
    fc.oneof(
      fc.constantFrom('a', 'b', 'c', 'd').map((id) => stored(id)),
      fc.tuple(fc.constantFrom('c', 'd', 'e'), fc.nat(400)).map(([id, octets]) => skipped(id, octets)),
    ),
    { maxLength: 6 },
  )
  .map((records) => ledger(...records));
const someLimits = fc.record({
  messageOctets: fc.option(fc.nat(300), { nil: undefined }),
  runMessages: fc.option(fc.nat(5), { nil: undefined }),
  runOctets: fc.option(fc.nat(900), { nil: undefined }),
});

test('every listed row is planned exactly once, in the order listed', () => {
  fc.assert(
    fc.property(listings, ledgers, someLimits, (listing, known, limits) => {
      const planned = planImport(listing, known, limits);
      assert.deepEqual(
        planned.map((message) => message.listed),
        listing,
      );
    }),
  );
});

test('without limits only a message that listing and ledger have once each is not fetched', () => {
  fc.assert(
    fc.property(listings, ledgers, (listing, known) => {
      for (const { action, listed } of planImport(listing, known, NO_LIMITS)) {
        const records = listed.uidl === undefined ? [] : (known.get(listed.uidl) ?? []);
        const timesStored = records.filter(({ state }) => state === 'stored').length;
        const timesListed = listing.filter((other) => other.uidl === listed.uidl).length;
        const proven = listed.uidl !== undefined && timesStored === 1 && timesListed === 1;
        assert.equal(action, proven ? 'known' : 'fetch');
      }
    }),
  );
});

test('limits never turn a known message into another or another into a known one, and are kept', () => {
  fc.assert(
    fc.property(listings, ledgers, someLimits, (listing, known, limits) => {
      const planned = planImport(listing, known, limits);
      const knownNumbers = (plan: typeof planned): number[] =>
        plan.filter(({ action }) => action === 'known').map(({ listed }) => listed.messageNumber);
      assert.deepEqual(knownNumbers(planned), knownNumbers(planImport(listing, known, NO_LIMITS)));
      const fetched = planned.filter(({ action }) => action === 'fetch');
      const counted = fetched.filter(({ reason }) => reason === 'new');
      const octets = counted.reduce((sum, { listed }) => sum + (listed.octets ?? 0), 0);
      assert.ok(counted.length <= (limits.runMessages ?? Infinity));
      assert.ok(counted.length <= 1 || octets <= (limits.runOctets ?? Infinity));
      for (const { listed } of fetched) assert.ok((listed.octets ?? 0) <= (limits.messageOctets ?? Infinity));
    }),
  );
});
