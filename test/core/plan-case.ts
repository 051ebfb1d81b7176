// One row of a table of plans: what is listed, what is known, and what is decided about each.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportLimits } from '../../lib/core/account.ts';
import { planImport } from '../../lib/core/plan.ts';
import type { ListedMessage } from '../../lib/core/pop3/listing.ts';
import type { FailedRecord, MessageRecord, RecordMark, StoredRecord } from '../../lib/core/record.ts';
import { failedRecord, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { knownBy } from '../support/listed-messages.ts';

export interface PlanCase {
  readonly name: string;
  readonly listing: readonly ListedMessage[];
  readonly records?: readonly MessageRecord[];
  readonly limits?: Partial<ImportLimits>;
  /** Action and reason of every row. */
  readonly plan: readonly string[];
}

export const DAY_MS = 24 * 60 * 60 * 1000;
export const NOW = 100 * DAY_MS;

export const NO_LIMITS: ImportLimits = {
  messageOctets: undefined,
  runMessages: undefined,
  runOctets: undefined,
  deletionsPerRun: 1000,
};

/** Registers one test for each case. */
export function testPlans(cases: readonly PlanCase[]): void {
  for (const { name, listing, records = [], limits, plan } of cases) {
    test(name, () => {
      const planned = planImport(listing, knownBy(...records), { ...NO_LIMITS, ...limits });
      assert.deepEqual(
        planned.map(({ action, reason }) => `${action} ${reason}`),
        plan,
      );
    });
  }
}

/** Stored 30 days ago, when LIST said 100 octets. */
export function stored(id: string, changes: Partial<StoredRecord> = {}): StoredRecord {
  return storedRecord(uidlOf(id), 'content', { listedOctets: 100, firstSeen: NOW - 30 * DAY_MS, ...changes });
}

export function marked(id: string, kind: RecordMark['kind']): StoredRecord {
  return stored(id, { mark: { kind, at: NOW, runId: 'run' } });
}

export function failed(id: string): FailedRecord {
  return failedRecord(uidlOf(id));
}

export function quarantined(id: string): FailedRecord {
  return failedRecord(uidlOf(id), { state: 'quarantined', attempts: 3 });
}
