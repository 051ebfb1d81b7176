// A message's record as a row of the `message` table, and back.

import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type {
  ArchiveDate,
  FailedRecord,
  MessageRecord,
  RecordMark,
  Sha256,
  StoredRecord,
} from '../core/record.ts';
import type { RunError } from '../core/run-error.ts';
import { fromUidl, toUidl } from '../core/uidl.ts';

type Row = Record<string, SQLOutputValue>;

/** The column `sha256` of a message that is not stored. */
export const NOT_STORED = '';

/** By column; `account` is not the record's. */
export function toMessageRow(record: MessageRecord): Record<string, SQLInputValue> {
  return {
    uidl: fromUidl(record.uidl),
    state: record.state,
    first_seen: record.firstSeen,
    run_id: record.runId,
    ...columnsOfState(record),
  };
}

function columnsOfState(record: MessageRecord): Record<string, SQLInputValue> {
  switch (record.state) {
    case 'stored':
      return {
        sha256: record.sha256,
        octets: record.octets,
        listed_octets: record.listedOctets ?? null,
        dt: record.dt,
        header_sha256: record.headerSha256 ?? null,
        identified_by: record.identifiedBy,
        ...toMarkColumns(record.mark),
      };
    case 'skipped':
      return { sha256: NOT_STORED, octets: record.octets };
    case 'failed':
    case 'quarantined':
      return {
        sha256: NOT_STORED,
        attempts: record.attempts,
        failed_at: record.failedAt,
        error: JSON.stringify(record.error),
      };
  }
}

export function toMarkColumns(mark: RecordMark | undefined): Record<string, SQLInputValue> {
  return { mark: mark?.kind ?? null, mark_at: mark?.at ?? null, mark_run_id: mark?.runId ?? null };
}

export function fromMessageRow(row: Row): MessageRecord {
  const state = String(row['state']) as MessageRecord['state'];
  switch (state) {
    case 'stored':
      return toStored(row);
    case 'skipped':
      return { state, ...common(row), octets: Number(row['octets']) };
    case 'failed':
    case 'quarantined':
      return toFailed(row, state);
    default:
      throw new Error(`a message has the unknown state ${JSON.stringify(state)}`);
  }
}

function toStored(row: Row): StoredRecord {
  return {
    state: 'stored',
    ...common(row),
    sha256: String(row['sha256']) as Sha256,
    octets: Number(row['octets']),
    listedOctets: numberOf(row['listed_octets']),
    dt: String(row['dt']) as ArchiveDate,
    headerSha256: row['header_sha256'] === null ? undefined : (String(row['header_sha256']) as Sha256),
    identifiedBy: row['identified_by'] === 'header' ? 'header' : 'octets',
    mark: toMark(row),
  };
}

function toFailed(row: Row, state: FailedRecord['state']): FailedRecord {
  return {
    state,
    ...common(row),
    attempts: Number(row['attempts']),
    failedAt: Number(row['failed_at']),
    error: JSON.parse(String(row['error'])) as RunError,
  };
}

function toMark(row: Row): RecordMark | undefined {
  if (row['mark'] === null) return undefined;
  const kind = String(row['mark']) as RecordMark['kind'];
  return { kind, at: Number(row['mark_at']), runId: String(row['mark_run_id']) };
}

function common(row: Row): Pick<MessageRecord, 'uidl' | 'firstSeen' | 'runId'> {
  const uidl = row['uidl'];
  return {
    uidl: toUidl(uidl instanceof Uint8Array ? uidl : new Uint8Array(0)),
    firstSeen: Number(row['first_seen']),
    runId: String(row['run_id']),
  };
}

function numberOf(value: SQLOutputValue | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}
