// A message that the source has not parsed yet is parsed in the target: the job is durable before the record, as at import.

import { parsedKey } from '../core/keys.ts';
import type { IngestFacts } from '../core/message/document.ts';
import type { ArchiveDate } from '../core/record.ts';
import type { AccountMove } from './account-move.ts';

/** Documents are copied first: what has none in the target now has none in the source. */
export async function orderParsing(
  ingest: IngestFacts,
  dt: ArchiveDate,
  { ports: { target } }: AccountMove,
): Promise<void> {
  const key = parsedKey(ingest.account, dt, ingest.sha256);
  if (!target.parseQueue || (await target.blobs.stat(key)) !== undefined) return;
  await target.parseQueue.enqueue({ ingest });
}
