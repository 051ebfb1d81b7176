// All objects of one group that the target has not, by the source's listing.

import { toMetadata } from '../core/ingest-metadata.ts';
import { inParallel } from '../core/in-parallel.ts';
import { parseRawKey } from '../core/keys.ts';
import { AT_ONCE, mayGoOn } from './account-move.ts';
import type { AccountMove } from './account-move.ts';
import { copyAbsent } from './copy-object.ts';
import { listGroup } from './list-group.ts';
import { parseObjectName } from './object-name.ts';
import type { ObjectGroup, ObjectName } from './object-name.ts';

/**
 * Of `raw`, those that no record names (a crash left them): the others are copied with their records, before.
 * @throws INTERRUPTED, LEASE_LOST, ARCHIVE_UNREADABLE if the source cannot be listed, and what the target throws
 */
export async function copyGroup(group: ObjectGroup, move: AccountMove): Promise<void> {
  const { account, ports, book, options } = move;
  await inParallel(listGroup(group, account, ports.source.blobs), AT_ONCE, async (key) => {
    await mayGoOn(move);
    book.seen[group] += 1;
    const name = parseObjectName(group, account, key);
    if (name === undefined) book.report('foreign-object', key);
    else if (!book.hasProblem(key) && (await ports.target.blobs.stat(key)) === undefined)
      await copyAbsent(name, metadataOfUnrecorded(name, move), move);
    options.observer?.done?.('object');
  });
}

/** Under which UIDL it was fetched is not known: once a run has fetched it again, its record is. */
function metadataOfUnrecorded({ key }: ObjectName, move: AccountMove): Record<string, string> | undefined {
  const parts = parseRawKey(key);
  if (parts === undefined) return undefined;
  const { account, sha256 } = parts;
  const fetchedAt = new Date(move.ports.now()).toISOString();
  // The size is the object's own: it is not part of the metadata.
  return toMetadata({
    ingest: { account, uidl: null, sha256, size: 0, rawKey: key, runId: move.runId, fetchedAt },
    listedOctets: undefined,
    headerSha256: undefined,
  });
}
