// Puts the parts together for rebuilding a ledger from an archive, wherever both are.

import { openArchive, openArchiveForDryRun } from './open-archive.ts';
import type { Config } from '../../config/config.ts';
import type { BlobStore } from '../../ports/storage.ts';
import type { RebuildPorts } from '../../rebuild/rebuild-ports.ts';
import type { Parsing } from '../parsing/parsing.ts';
import { Closers } from './closers.ts';
import { openBlobs } from './open-blobs.ts';

export interface OpenRebuild {
  readonly ports: RebuildPorts;
  /** Of messages that have no document; `undefined` if this program parses nothing. */
  readonly parsing: Parsing | undefined;
  close(): Promise<void>;
}

/** In a dry run nothing is made. The caller closes it. @throws ARCHIVE_UNWRITABLE, ARCHIVE_FULL, SPOOL_FAILED, LEDGER_FAILED */
export async function openRebuild(config: Config, dryRun: boolean): Promise<OpenRebuild> {
  const closers = new Closers();
  try {
    const archive = dryRun ? await openArchiveForDryRun(config) : await openArchive(config);
    closers.add(async () => {
      await archive.close();
    });
    const { blobs, rawObjects, close } = await openBlobs(config);
    closers.add(close);
    const { ledger, lease, parseQueue, ownerName, now, newRunId } = archive.ports;
    const openRaw: RebuildPorts['openRaw'] = rawObjects
      ? async (key) => await rawObjects.open(key)
      : async (key) => await openBare(key, blobs);
    return {
      ports: {
        blobs,
        openRaw,
        ledger,
        lease,
        ownerName,
        now,
        newRunId,
        // The stack is told by S3 of what is stored, and not again.
        parseQueue: config.parsing === 'here' ? parseQueue : undefined,
      },
      parsing: archive.parsing,
      close: async () => {
        await closers.close();
      },
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** Beside a file nothing is kept. It is opened when it is read, and closed with its reader. */
async function openBare(key: string, blobs: BlobStore): ReturnType<RebuildPorts['openRaw']> {
  const stat = await blobs.stat(key);
  const octets = await blobs.get(key);
  return stat && octets && { ...stat, octets, metadata: {}, close: () => {} };
}
