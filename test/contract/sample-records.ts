// Records for the contract suites: every shape a ledger keeps, with fields that can be told apart.

import type { AccountId } from '../../lib/core/account.ts';
import type { AccountProgress } from '../../lib/core/account-state.ts';
import type { ArchiveDate, FailedRecord, SkippedRecord, StoredRecord } from '../../lib/core/record.ts';
import type { DeletionEntry, RunRecord } from '../../lib/core/run-record.ts';
import { toUidl } from '../../lib/core/uidl.ts';
import type { Uidl } from '../../lib/core/uidl.ts';
import { sha256Of } from '../support/memory-blob-store.ts';

export const ANN = 'ann' as AccountId;
export const BOB = 'bob' as AccountId;

/** UIDLs that servers send, or could. */
export const ODD_UIDLS: readonly Uidl[] = [
  '',
  '\0',
  'a\0b',
  'a\0c',
  'a',
  'A',
  '\xff\xfe\x80',
  'ü',
  ' a',
  'a ',
  'a#b/../c',
  "'; --",
  'x'.repeat(300),
].map(uidlOf);

export function uidlOf(text: string): Uidl {
  return toUidl(Buffer.from(text, 'latin1'));
}

/** `<prefix>0`, `<prefix>1` and so on. */
export function manyUidls(prefix: string, count: number): Uidl[] {
  return Array.from({ length: count }, (_, index) => uidlOf(`${prefix}${index}`));
}

export function storedRecord(
  uidl: Uidl,
  content = 'content',
  changes: Partial<StoredRecord> = {},
): StoredRecord {
  return {
    state: 'stored',
    uidl,
    sha256: sha256Of(Buffer.from(content)),
    octets: content.length,
    listedOctets: content.length + 1,
    dt: '2025-01-02' as ArchiveDate,
    headerSha256: sha256Of(Buffer.from(`header of ${content}`)),
    identifiedBy: 'octets',
    mark: undefined,
    firstSeen: 1_735_776_000_123,
    runId: 'run-1',
    ...changes,
  };
}

export function skippedRecord(uidl: Uidl, changes: Partial<SkippedRecord> = {}): SkippedRecord {
  return {
    state: 'skipped',
    uidl,
    octets: 5_000_000_000,
    firstSeen: 1_735_776_000_124,
    runId: 'run-2',
    ...changes,
  };
}

export function failedRecord(uidl: Uidl, changes: Partial<FailedRecord> = {}): FailedRecord {
  return {
    state: 'failed',
    uidl,
    attempts: 1,
    failedAt: 1_735_776_000_999,
    error: { code: 'POP3_TIMEOUT', message: 'no octet of the message came for 120 s', hint: 'run again' },
    firstSeen: 1_735_776_000_125,
    runId: 'run-3',
    ...changes,
  };
}

/** One of every shape, each with a UIDL of its own. */
export function recordsOfEveryShape(): (StoredRecord | SkippedRecord | FailedRecord)[] {
  const mark = { at: 1_735_776_111_222, runId: 'run-9' };
  return [
    storedRecord(uidlOf('full')),
    storedRecord(uidlOf('bare'), '', { listedOctets: undefined, headerSha256: undefined }),
    storedRecord(uidlOf('by-header'), 'header', { identifiedBy: 'header' }),
    storedRecord(uidlOf('huge'), 'huge', { octets: 5_000_000_000, listedOctets: 5_000_000_001 }),
    storedRecord(uidlOf('deleting'), 'one', { mark: { kind: 'deleting', ...mark } }),
    storedRecord(uidlOf('deleted'), 'two', { mark: { kind: 'deleted', ...mark } }),
    storedRecord(uidlOf('lost'), 'three', { mark: { kind: 'lost', ...mark } }),
    skippedRecord(uidlOf('skipped')),
    failedRecord(uidlOf('failed')),
    failedRecord(uidlOf('no-hint'), { error: { code: 'INTERNAL', message: 'no “hint”\0 \u{1f980}' } }),
    failedRecord(uidlOf('quarantined'), { state: 'quarantined', attempts: 3 }),
    failedRecord(uidlOf('put-back'), { attempts: 0 }),
  ];
}

export function runRecord(runId: string, changes: Partial<RunRecord> = {}): RunRecord {
  const counts = { known: 0, stored: 1, duplicate: 0, skipped: 0, quarantined: 0, failed: 0, deferred: 0 };
  return {
    account: ANN,
    runId,
    startedAt: 1_735_776_000_000,
    endedAt: 1_735_776_000_002,
    counts: { listed: 1, ...counts },
    octets: 7,
    outcome: 'complete',
    errors: [{ code: 'INTERNAL', message: 'a bug' }],
    notices: [{ code: 'TIME_UP', message: '3 messages are left' }],
    deletions: { outcome: 'none', entries: [] },
    ...changes,
  };
}

export function deletionEntry(uidl: Uidl): DeletionEntry {
  return { uidl, sha256: sha256Of(Buffer.from(uidl)), reason: 'seen-long-enough-ago', dele: 'ok' };
}

export function accountProgress(changes: Partial<AccountProgress> = {}): AccountProgress {
  return {
    lastRunId: 'run-1',
    lastEndedAt: 1_735_776_000_500,
    lastOutcome: 'complete',
    lastSuccessAt: 1_735_776_000_501,
    backlog: 3,
    failures: 2,
    nextAttemptAt: 1_735_776_000_900,
    lastListing: { rows: 1_000_000, recorded: 999_999 },
    suspendedFor: 'POP3_AUTH_FAILED',
    settled: { digest: 'abc_-', known: 999_990, skipped: 9, until: 1_735_862_400_000, fence: 3 },
    ...changes,
  };
}
