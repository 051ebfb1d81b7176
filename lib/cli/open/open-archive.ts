// Puts the parts together for an import: archive and ledger wherever the configuration says, sockets, parse workers.

import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { SecretsAccess } from '../../access/secrets-access.ts';
import { TEMP_FOLDER } from '../../adapters/archive-folder.ts';
import { localOwnerName } from '../../adapters/local-owner.ts';
import { lateTokenEndpoint } from '../../adapters/late-token-endpoint.ts';
import { SocketDialer } from '../../adapters/socket-dialer.ts';
import { MemoryRows } from '../../catalog/memory-rows.ts';
import { RunCatalog } from '../../catalog/run-catalog.ts';
import type { Config } from '../../config/config.ts';
import type { ImportPorts } from '../../import/import-ports.ts';
import { ParsePool } from '../../parse/worker-pool.ts';
import type { BlobStore } from '../../ports/storage.ts';
import { InlineParseQueue } from '../parsing/inline-parse-queue.ts';
import { LocalParseQueue } from '../parsing/local-parse-queue.ts';
import type { Parsing } from '../parsing/parsing.ts';
import { Closers } from './closers.ts';
import { openBlobs } from './open-blobs.ts';
import { openLedger } from './open-ledger.ts';
import type { OpenLedger } from './open-ledger.ts';
import { openSecrets } from './open-secrets.ts';
import { openSpool } from './open-spool.ts';
import { nodeLoginTools } from '../../adapters/node-login-tools.ts';

export interface OpenArchive {
  readonly ports: ImportPorts;
  /** `undefined` if this program parses nothing: the archive is only looked at, or somebody else does it. */
  readonly parsing: Parsing | undefined;
  /** Ends the parse workers, closes the ledger, and removes what was temporary. */
  close(): Promise<void>;
}

/** The caller closes it. @throws ARCHIVE_UNWRITABLE, ARCHIVE_FULL, SPOOL_FAILED, LEDGER_FAILED */
export async function openArchive(config: Config): Promise<OpenArchive> {
  const closers = new Closers();
  try {
    const spool = await openSpool(config.archive);
    closers.add(spool.close);
    const { blobs, close } = await openBlobs(config);
    closers.add(close);
    const ledger = await openLedger(config.ledger, 'write');
    closers.add(ledger.close);
    const parts = { blobs, ledger, spoolDirectory: spool.directory };
    const parsing = config.parsing === 'here' ? openParsing(parts, config.catalog, closers) : undefined;
    return {
      ports: toPorts({ ...parts, parseQueue: parsing ?? { enqueue: leaveToOthers } }, closers),
      parsing,
      close: async () => {
        await closers.close();
      },
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** The same for a dry run: nothing of it is made, nothing in it changes. The caller closes it. @throws LEDGER_FAILED */
export async function openArchiveForDryRun(config: Config): Promise<OpenArchive> {
  const { archive } = config;
  const closers = new Closers();
  try {
    const { blobs, close } = await openBlobs(config);
    closers.add(close);
    const ledger = await openLedger(config.ledger, 'read');
    closers.add(ledger.close);
    const spoolDirectory = archive.kind === 'folder' ? join(archive.path, TEMP_FOLDER) : tmpdir();
    return {
      ports: toPorts({ blobs, ledger, spoolDirectory, parseQueue: { enqueue: refuseToParse } }, closers),
      parsing: undefined,
      close: async () => {
        await closers.close();
      },
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

interface Parts {
  readonly blobs: BlobStore;
  readonly ledger: OpenLedger;
  readonly spoolDirectory: string;
}

function openParsing(
  { blobs, ledger: { parseJobs, catalogRows }, spoolDirectory }: Parts,
  form: Config['catalog'],
  closers: Closers,
): Parsing {
  const pool = new ParsePool({ blobs, workers: availableParallelism(), spoolDirectory });
  closers.add(async () => {
    await pool.close();
  });
  if (parseJobs !== undefined && catalogRows !== undefined) {
    const catalog = form === 'none' ? undefined : new RunCatalog({ waiting: catalogRows, blobs, form });
    return new LocalParseQueue(parseJobs, pool, catalog);
  }
  const rows = new MemoryRows();
  const catalog = form === 'none' ? undefined : { rows, run: new RunCatalog({ waiting: rows, blobs, form }) };
  return new InlineParseQueue(pool, catalog);
}

function toPorts(
  { blobs, ledger: { ledger, lease }, spoolDirectory, parseQueue }: Parts & Pick<ImportPorts, 'parseQueue'>,
  closers: Closers,
): ImportPorts {
  const { secrets, close } = openSecrets();
  closers.add(close);
  return {
    pop3: { dialer: new SocketDialer(), login: nodeLoginTools },
    access: new SecretsAccess(secrets, lateTokenEndpoint()),
    blobs,
    ledger,
    lease,
    parseQueue,
    spoolDirectory,
    ownerName: localOwnerName(),
    now: Date.now,
    newRunId: () => ulid(),
  };
}

/** The bucket itself tells the parse function of each new object, until that has done it; `reparse` looks for them itself. */
async function leaveToOthers(): Promise<void> {}

async function refuseToParse(): Promise<void> {
  throw new Error('a dry run stores nothing, so it has nothing to parse');
}
