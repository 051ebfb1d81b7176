// Puts the parts together for rebuilding a ledger from an archive, wherever both are.

import { openArchive, openArchiveForDryRun } from './open-archive.ts';
import type { Config } from '../../config/config.ts';
import type { RebuildPorts } from '../../rebuild/rebuild-ports.ts';
import type { Parsing } from '../parsing/parsing.ts';
import { Closers } from './closers.ts';
import { openBlobs } from './open-blobs.ts';
import { rawOpener } from './open-raw.ts';

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
    const store = await openBlobs(config);
    closers.add(store.close);
    const { ledger, lease, parseQueue, ownerName, now, newRunId } = archive.ports;
    return {
      ports: {
        blobs: store.blobs,
        openRaw: rawOpener(store),
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
