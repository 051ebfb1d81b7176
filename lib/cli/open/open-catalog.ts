// Puts the parts together for work on the catalog alone: its files, wherever the archive is. No ledger is opened, no mail is read.

import type { CompactPorts } from '../../catalog/merge-files.ts';
import type { Config } from '../../config/config.ts';
import { Closers } from './closers.ts';
import { openBlobs } from './open-blobs.ts';
import { openSpool } from './open-spool.ts';

export interface OpenCatalog {
  readonly ports: CompactPorts;
  close(): Promise<void>;
}

/** The caller closes it. @throws ARCHIVE_UNWRITABLE, ARCHIVE_FULL, SPOOL_FAILED */
export async function openCatalog(config: Config): Promise<OpenCatalog> {
  const closers = new Closers();
  try {
    // A folder writes its files there first.
    const spool = await openSpool(config.archive);
    closers.add(spool.close);
    const { blobs, catalogFiles, close } = await openBlobs(config);
    closers.add(close);
    return {
      ports: { blobs, files: catalogFiles },
      close: async () => {
        await closers.close();
      },
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}
