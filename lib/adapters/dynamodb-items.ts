// Message records as items of the table, and back. `pk` is the account's; `sk` is made of hashes only, so that no octet of
// a UIDL or of mail is part of a key.

import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { AccountId } from '../core/account.ts';
import type {
  ArchiveDate,
  FailedRecord,
  MessageRecord,
  RecordMark,
  Sha256,
  SkippedRecord,
  StoredRecord,
  StoredRef,
} from '../core/record.ts';
import type { RunError } from '../core/run-error.ts';
import { fromUidl, toUidl } from '../core/uidl.ts';
import type { Uidl } from '../core/uidl.ts';
import {
  number,
  octets,
  present,
  readJson,
  readNumber,
  readNumberIfAny,
  readOctets,
  readText,
  text,
} from './dynamodb-attributes.ts';
import type { Item } from './dynamodb-attributes.ts';
import { unreadableItem } from './dynamodb-errors.ts';

/** Set on a main item when further messages of its UIDL may have items of their own. */
export const SEVERAL = 'several';

export function messagePartition(account: AccountId): string {
  return `U#${account}`;
}

/** The item of a UIDL: of the first message that was stored under it, or of the last failure before one was. */
export function mainKey(account: AccountId, uidl: Uidl): Item {
  return { pk: text(messagePartition(account)), sk: text(uidlHash(uidl)) };
}

/** The item of one message, beside the main item of its UIDL. */
export function ownKey(account: AccountId, { uidl, sha256 }: StoredRef): Item {
  return { pk: text(messagePartition(account)), sk: text(ownPrefix(uidl) + sha256) };
}

/** What the keys of all own items of a UIDL begin with. They sort right after its main item. */
export function ownPrefix(uidl: Uidl): string {
  return `${uidlHash(uidl)}#`;
}

/** Of one message, beside the main item of its UIDL. */
export function isOwnItem(item: Item): boolean {
  return readText(item, 'sk').includes('#');
}

/** What the keys of all items of a UIDL begin with. */
export function uidlHash(uidl: Uidl): string {
  return createHash('sha256').update(fromUidl(uidl)).digest('base64url');
}

/** A record's attributes, without a key. */
export function toAttributes(record: MessageRecord): Item {
  return present({
    uidl: octets(fromUidl(record.uidl)),
    state: text(record.state),
    firstSeen: number(record.firstSeen),
    runId: text(record.runId),
    ...attributesOfState(record),
  });
}

function attributesOfState(record: MessageRecord): Record<string, AttributeValue | undefined> {
  switch (record.state) {
    case 'stored':
      return {
        sha256: text(record.sha256),
        identifiedBy: text(record.identifiedBy),
        mark: record.mark === undefined ? undefined : toMarkAttribute(record.mark),
        ...attributesFetched(record),
      };
    case 'skipped':
      return { octets: number(record.octets) };
    case 'failed':
    case 'quarantined':
      return {
        attempts: number(record.attempts),
        failedAt: number(record.failedAt),
        error: text(JSON.stringify(record.error)),
      };
  }
}

/** What a stored record takes over when its message is committed again. */
export function attributesFetched(record: StoredRecord): Record<string, AttributeValue | undefined> {
  return {
    octets: number(record.octets),
    listedOctets: record.listedOctets === undefined ? undefined : number(record.listedOctets),
    dt: text(record.dt),
    headerSha256: record.headerSha256 === undefined ? undefined : text(record.headerSha256),
  };
}

export function toMarkAttribute({ kind, at, runId }: RecordMark): AttributeValue {
  return { M: { kind: text(kind), at: number(at), runId: text(runId) } };
}

export function toRecord(item: Item): MessageRecord {
  const common = {
    uidl: toUidl(readOctets(item, 'uidl')),
    firstSeen: readNumber(item, 'firstSeen'),
    runId: readText(item, 'runId'),
  };
  const state = readText(item, 'state');
  switch (state) {
    case 'stored':
      return toStored(item, common);
    case 'skipped':
      return { state, ...common, octets: readNumber(item, 'octets') };
    case 'failed':
    case 'quarantined':
      return { state, ...common, ...toFailure(item) };
    default:
      throw unreadableItem(`it has the unknown state ${state}`);
  }
}

function toStored(item: Item, common: Pick<SkippedRecord, 'uidl' | 'firstSeen' | 'runId'>): StoredRecord {
  const mark = item['mark']?.M;
  return {
    state: 'stored',
    ...common,
    sha256: readText(item, 'sha256') as Sha256,
    octets: readNumber(item, 'octets'),
    listedOctets: readNumberIfAny(item, 'listedOctets'),
    dt: readText(item, 'dt') as ArchiveDate,
    headerSha256: item['headerSha256']?.S as Sha256 | undefined,
    identifiedBy: readText(item, 'identifiedBy') as StoredRecord['identifiedBy'],
    mark: mark === undefined ? undefined : toMark(mark),
  };
}

function toMark(mark: Item): RecordMark {
  return {
    kind: readText(mark, 'kind') as RecordMark['kind'],
    at: readNumber(mark, 'at'),
    runId: readText(mark, 'runId'),
  };
}

function toFailure(item: Item): Pick<FailedRecord, 'attempts' | 'failedAt' | 'error'> {
  return {
    attempts: readNumber(item, 'attempts'),
    failedAt: readNumber(item, 'failedAt'),
    error: readJson(item, 'error') as RunError,
  };
}
