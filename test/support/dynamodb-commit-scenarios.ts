// Commits of one UIDL that may get in each other's way, and what the ledger must have of them in the end.

import assert from 'node:assert/strict';
import type { AccountId } from '../../lib/core/account.ts';
import type { MessageRecord } from '../../lib/core/record.ts';
import type { Uidl } from '../../lib/core/uidl.ts';
import type { Ledger } from '../../lib/ports/ledger.ts';
import { failedRecord, skippedRecord, storedRecord, uidlOf } from '../contract/sample-records.ts';

export type ToRecord = (uidl: Uidl) => MessageRecord;

export const ONE: ToRecord = (uidl) => storedRecord(uidl, 'one');
export const TWO: ToRecord = (uidl) => storedRecord(uidl, 'two');
const THREE: ToRecord = (uidl) => storedRecord(uidl, 'three');
export const FAILED: ToRecord = (uidl) => failedRecord(uidl);
const SKIPPED: ToRecord = (uidl) => skippedRecord(uidl);

/** What is there before the two committers come, and what they commit: the first one is interrupted by the other. */
const BEFORE: readonly (readonly ToRecord[])[] = [[], [SKIPPED], [ONE], [THREE], [THREE, ONE]];
const PAIRS: readonly (readonly [ToRecord, ToRecord])[] = [
  [ONE, ONE],
  [ONE, TWO],
  [ONE, FAILED],
  [FAILED, ONE],
  [FAILED, SKIPPED],
];

export interface Scenario {
  readonly account: AccountId;
  readonly before: readonly MessageRecord[];
  readonly mine: MessageRecord;
  readonly theirs: MessageRecord;
}

/** Every scenario, each with an account of its own. */
export function* commitScenarios(pairs = PAIRS): Generator<Scenario> {
  let count = 0;
  for (const uidl of ['a uidl', ''].map(uidlOf)) {
    for (const before of BEFORE) {
      for (const [mine, theirs] of pairs) {
        const records = {
          before: before.map((toRecord) => toRecord(uidl)),
          mine: mine(uidl),
          theirs: theirs(uidl),
        };
        yield { account: `account-${(count += 1)}` as AccountId, ...records };
      }
    }
  }
}

/** Every stored one of the records exactly once and nothing else, or, if none is stored, the one that came last. */
export async function assertHolds(
  ledger: Ledger,
  account: AccountId,
  committed: readonly MessageRecord[],
): Promise<void> {
  const stored = committed.flatMap((record) => (record.state === 'stored' ? [record.sha256] : []));
  const found = await foundIn(ledger, account, committed);
  const digests = found.map((record) => (record.state === 'stored' ? record.sha256 : record.state));
  if (stored.length > 0) assert.deepEqual(digests.sort(), [...new Set(stored)].sort());
  else assert.equal(found.length, 1);
}

/** What find and records give alike. */
export async function foundIn(
  ledger: Ledger,
  account: AccountId,
  committed: readonly MessageRecord[],
): Promise<readonly MessageRecord[]> {
  const [uidl = uidlOf('')] = committed.map((record) => record.uidl);
  const found = (await ledger.find(account, [uidl])).get(uidl) ?? [];
  const listed: MessageRecord[] = [];
  for await (const record of ledger.records(account)) listed.push(record);
  assert.deepEqual(listed, found);
  return found;
}
