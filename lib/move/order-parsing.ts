// A message that the source has not parsed yet is parsed in the target: the job is durable before the record, as at import.

import { parsedKey } from '../core/keys.ts';
import type { StoredRecord } from '../core/record.ts';
import type { AccountMove } from './account-move.ts';

/** Documents are copied first: what has none in the target now has none in the source. */
export async function orderParsing(
  record: StoredRecord,
  key: string,
  { account, ports: { target } }: AccountMove,
): Promise<void> {
  const { uidl, sha256, octets, dt, runId, firstSeen } = record;
  if (!target.parseQueue || (await target.blobs.stat(parsedKey(account, dt, sha256))) !== undefined) return;
  const fetchedAt = new Date(firstSeen).toISOString();
  await target.parseQueue.enqueue({
    ingest: { account, uidl, sha256, size: octets, rawKey: key, runId, fetchedAt },
  });
}
