// Laws of the plan for any listing, ledger, limits and rule of deletion. What is known is decided here a second time,
// written the slow, obvious way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ImportLimits } from '../../lib/core/account.ts';
import { planImport } from '../../lib/core/plan.ts';
import type { PlannedMessage } from '../../lib/core/plan.ts';
import type { ListedMessage } from '../../lib/core/pop3/listing.ts';
import type { FailedRecord, MessageRecord, StoredRecord } from '../../lib/core/record.ts';
import type { Uidl } from '../../lib/core/uidl.ts';
import { failedRecord, skippedRecord, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { knownBy } from '../support/listed-messages.ts';
import { DAY_MS, NOW, NO_LIMITS } from './plan-case.ts';

const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
// Few sizes, so that they agree often enough.
const sizes = fc.option(fc.constantFrom(0, 100, 200, 300), { nil: undefined });
const listings = fc
  .array(fc.record({ id: fc.option(ids, { nil: undefined, freq: 9 }), octets: sizes }), { maxLength: 12 })
  .map((rows): ListedMessage[] =>
    rows.map(({ id, octets }, index) => ({
      messageNumber: index + 1,
      octets,
      uidl: id === undefined ? undefined : uidlOf(id),
    })),
  );

const changes = fc
  .record({
    listedOctets: sizes,
    identifiedBy: fc.constantFrom('octets', 'header'),
    kind: fc.option(fc.constantFrom('deleting', 'deleted', 'lost'), { nil: undefined, freq: 1 }),
    firstSeen: fc.integer({ min: 0, max: 110 }).map((day) => day * DAY_MS),
  })
  .map(({ kind, ...rest }): Partial<StoredRecord> => {
    return { ...rest, mark: kind === undefined ? undefined : { kind, at: NOW, runId: 'run' } };
  });
/** What a ledger may have of one id: stored records of several contents, or one record of any other state. */
const recordsOfOne = fc.oneof(
  { weight: 4, arbitrary: changes.map((change) => [change]) },
  { weight: 1, arbitrary: fc.array(changes, { minLength: 2, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.nat(400) },
  { weight: 2, arbitrary: fc.constantFrom('failed' as const, 'quarantined' as const) },
);
type Known = ReadonlyMap<Uidl, readonly MessageRecord[]>;
const ledgers: fc.Arbitrary<Known> = fc
  .uniqueArray(fc.tuple(ids, recordsOfOne), { selector: ([id]) => id, maxLength: 6 })
  .map((entries) => {
    return knownBy(...entries.flatMap(([id, what]) => recordsOf(uidlOf(id), what)));
  });

function recordsOf(
  uidl: Uidl,
  what: readonly Partial<StoredRecord>[] | number | FailedRecord['state'],
): MessageRecord[] {
  if (typeof what === 'number') return [skippedRecord(uidl, { octets: what })];
  if (typeof what === 'string') return [failedRecord(uidl, { state: what })];
  return what.map((changes, index) => storedRecord(uidl, `content ${index}`, changes));
}

const limits: fc.Arbitrary<ImportLimits> = fc.record({
  messageOctets: fc.option(fc.nat(300), { nil: undefined }),
  runMessages: fc.option(fc.nat(5), { nil: undefined }),
  runOctets: fc.option(fc.nat(900), { nil: undefined }),
  deletionsPerRun: fc.constant(1000),
});

function plan(
  listing: readonly ListedMessage[],
  known: Known,
  limits: ImportLimits = NO_LIMITS,
): PlannedMessage[] {
  return planImport(listing, known, limits);
}

function isUnique({ uidl }: ListedMessage, listing: readonly ListedMessage[]): boolean {
  return uidl !== undefined && listing.filter((other) => other.uidl === uidl).length === 1;
}

/** Whether the one record of this row's id can only be of this very message. */
function isCertain(listed: ListedMessage, records: readonly MessageRecord[]): boolean {
  const [record, ...others] = records.filter((record) => record.state === 'stored');
  if (record === undefined || others.length > 0) return false;
  if (record.mark !== undefined && record.mark.kind !== 'deleting') return false;
  const sizes = [listed.octets, record.listedOctets].filter((octets) => octets !== undefined);
  return new Set(sizes).size <= 1;
}

test('every listed row is planned exactly once, in the order listed', () => {
  fc.assert(
    fc.property(listings, ledgers, limits, (listing, known, limits) => {
      const planned = plan(listing, known, limits);
      assert.deepEqual(
        planned.map((message) => message.listed),
        listing,
      );
    }),
  );
});

test('without limits all is fetched but what is stored for certain, or failed too often and is no other message', () => {
  fc.assert(
    fc.property(listings, ledgers, (listing, known) => {
      for (const { action, listed } of plan(listing, known)) {
        const records = listed.uidl === undefined ? [] : (known.get(listed.uidl) ?? []);
        let expected = 'fetch';
        if (isUnique(listed, listing) && isCertain(listed, records)) expected = 'known';
        if (isUnique(listed, listing) && records[0]?.state === 'quarantined') expected = 'quarantine';
        assert.equal(action, expected);
      }
    }),
  );
});

test('limits make skips of fetches and quarantines, delays of fetches, and change nothing else', () => {
  const allowed = new Set(['fetch skip', 'quarantine skip', 'fetch defer']);
  fc.assert(
    fc.property(listings, ledgers, limits, (listing, known, limits) => {
      const free = plan(listing, known);
      for (const [index, message] of plan(listing, known, limits).entries()) {
        const change = `${free[index]?.action} ${message.action}`;
        if (free[index]?.action !== message.action) assert.ok(allowed.has(change), change);
        else assert.deepEqual(message, free[index]);
      }
    }),
  );
});

test('limits are kept', () => {
  fc.assert(
    fc.property(listings, ledgers, limits, (listing, known, limits) => {
      const fetched = plan(listing, known, limits).filter(({ action }) => action === 'fetch');
      const counted = fetched.filter(({ reason }) => reason !== 'no-uidl' && reason !== 'ambiguous-uidl');
      const octets = counted.reduce((sum, { listed }) => sum + (listed.octets ?? 0), 0);
      assert.ok(counted.length <= (limits.runMessages ?? Infinity));
      assert.ok(counted.length <= 1 || octets <= (limits.runOctets ?? Infinity));
      for (const { listed } of fetched) assert.ok((listed.octets ?? 0) <= (limits.messageOctets ?? Infinity));
    }),
  );
});

test('a run that may fetch anything fetches something, if anything is left to fetch', () => {
  fc.assert(
    fc.property(listings, ledgers, limits, (listing, known, limits) => {
      const planned = plan(listing, known, limits);
      const hasDeferred = planned.some(({ action }) => action === 'defer');
      if (!hasDeferred || limits.runMessages === 0) return;
      assert.ok(planned.some(({ action, reason }) => action === 'fetch' && reason !== 'ambiguous-uidl'));
    }),
  );
});

test('what was never stored is not deferred while something stored before is fetched anew', () => {
  fc.assert(
    fc.property(listings, ledgers, limits, (listing, known, { runMessages }) => {
      const planned = plan(listing, known, { ...NO_LIMITS, runMessages });
      const isNeverStored = ({ listed }: PlannedMessage): boolean =>
        listed.uidl !== undefined && !(known.get(listed.uidl) ?? []).some(({ state }) => state === 'stored');
      const isWaiting = planned.some((message) => message.action === 'defer' && isNeverStored(message));
      const isRefetching = planned.some(
        (message) =>
          message.action === 'fetch' &&
          message.reason !== 'ambiguous-uidl' &&
          message.reason !== 'no-uidl' &&
          !isNeverStored(message),
      );
      assert.ok(!(isWaiting && isRefetching));
    }),
  );
});
