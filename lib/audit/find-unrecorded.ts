// Objects below an account's raw/ prefix that the ledger has no record of, and files that are no messages at all.

import type { AccountId } from '../core/account.ts';
import { parseRawKey, rawKey } from '../core/keys.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Difference } from './difference.ts';
import { inspectObject } from './inspect-object.ts';
import type { Objects } from './inspect-object.ts';
import type { KeySet } from './key-set.ts';

export interface UnrecordedObjects {
  /** Keys below the prefix, recorded or not. */
  readonly objects: number;
  readonly differences: readonly Difference[];
}

/** @param recorded keys of all records. @throws ARCHIVE_UNREADABLE, LEDGER_FAILED */
export async function findUnrecorded(
  account: AccountId,
  recorded: KeySet,
  ports: Objects & { readonly ledger: Ledger },
): Promise<UnrecordedObjects> {
  const unrecorded = new Set<string>();
  let objects = 0;
  // As `rawKey` begins.
  for await (const key of ports.blobs.list(`raw/account=${account}/`)) {
    objects += 1;
    if (!recorded.has(key)) unrecorded.add(key);
  }
  await dropRecordedMeanwhile(account, unrecorded, ports.ledger);
  const differences: Difference[] = [];
  for (const key of unrecorded) differences.push(await judge(account, key, ports));
  return { objects, differences };
}

/** A run may have written records since they were read. */
async function dropRecordedMeanwhile(account: AccountId, keys: Set<string>, ledger: Ledger): Promise<void> {
  if (keys.size === 0) return;
  for await (const record of ledger.records(account)) {
    if (record.state === 'stored') keys.delete(rawKey(account, record.dt, record.sha256));
  }
}

/** An object's name is its hash, so it can be proven without a record; one that is wrong would stop an import. */
async function judge(account: AccountId, key: string, objects: Objects): Promise<Difference> {
  const named = parseRawKey(key);
  if (named?.account !== account) return differenceOf('foreign-object', key);
  const octets = (await objects.blobs.stat(key))?.sizeOctets ?? 0;
  const { content } = await inspectObject(account, { ...named, octets }, objects);
  if (content === 'intact' || content === 'absent') return differenceOf('object-without-record', key);
  return differenceOf(`object-${content}`, key);
}

function differenceOf(kind: Difference['kind'], key: string): Difference {
  return {
    kind,
    record: undefined,
    key,
    uidl: undefined,
    messageNumber: undefined,
    isListed: undefined,
    detail:
      kind.startsWith('object-') && kind !== 'object-without-record'
        ? 'the ledger has no record of it'
        : undefined,
  };
}
