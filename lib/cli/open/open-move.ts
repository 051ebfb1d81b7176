// Puts the parts together for a move: two archives with their ledgers, wherever they are.

import { existsSync } from 'node:fs';
import { describeLocation } from '../../config/location.ts';
import type { Config } from '../../config/config.ts';
import { MailferryError } from '../../core/errors.ts';
import type { MovePorts, Place } from '../../move/move-ports.ts';
import type { BlobStore } from '../../ports/storage.ts';
import type { Parsing } from '../parsing/parsing.ts';
import { Closers } from './closers.ts';
import { copyCatalogRows } from './copy-catalog-rows.ts';
import { openArchive, openArchiveForDryRun } from './open-archive.ts';
import type { OpenArchive } from './open-archive.ts';
import { openBlobs } from './open-blobs.ts';
import { openLedger } from './open-ledger.ts';
import type { OpenLedger } from './open-ledger.ts';

export interface OpenMove {
  readonly ports: MovePorts;
  /** Of messages that the source has not parsed; `undefined` if this program parses nothing. */
  readonly parsing: Parsing | undefined;
  close(): Promise<void>;
}

type RowPorts = Pick<MovePorts, 'copyWaitingRows'>;

/**
 * In a dry run nothing is made on either side. The caller closes it.
 * @throws CONFIG_INVALID for a move from a place to itself; ARCHIVE_UNWRITABLE, ARCHIVE_FULL, SPOOL_FAILED, LEDGER_FAILED
 */
export async function openMove(source: Config, target: Config, dryRun: boolean): Promise<OpenMove> {
  if (samePlaces(source, target)) throw toItself(source);
  if (source.ledger.kind === 'sqlite' && !existsSync(source.ledger.path)) throw noLedger(source.ledger.path);
  const closers = new Closers();
  try {
    const archive = dryRun ? await openArchiveForDryRun(target) : await openArchive(target);
    closers.add(async () => {
      await archive.close();
    });
    const { place, ...rows } = await openSource(source, target, archive, dryRun, closers);
    const { blobs, ledger, lease, parseQueue, spoolDirectory, ownerName, now, newRunId } = archive.ports;
    return {
      ports: {
        source: place,
        // The stack parses what is stored there.
        target: { blobs, ledger, lease, parseQueue: target.parsing === 'here' ? parseQueue : undefined },
        ...rows,
        spoolDirectory,
        ownerName,
        now,
        newRunId,
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

/** Opened for writing all the same, but for a dry run: its lease is taken. */
async function openSource(
  source: Config,
  target: Config,
  archive: OpenArchive,
  dryRun: boolean,
  closers: Closers,
): Promise<{ readonly place: Place } & RowPorts> {
  const { blobs, close } = await openBlobs(source);
  closers.add(close);
  // One that both share is opened once, so that its lease is known to be the same.
  if (isSame(source.ledger, target.ledger)) return { place: { blobs, ...ledgerOf(archive) } };
  const opened = await openLedger(source.ledger, dryRun ? 'read' : 'write');
  closers.add(opened.close);
  const { ledger, lease } = opened;
  return { place: { blobs, ledger, lease }, ...rowPorts(source, blobs, opened, archive) };
}

function rowPorts(
  { catalog: wanted }: Config,
  blobs: BlobStore,
  { catalogRows: waiting, parseJobs }: OpenLedger,
  { ports: { blobs: target } }: OpenArchive,
): RowPorts {
  if (waiting === undefined || parseJobs === undefined) return {};
  const rows = { blobs, waiting, wanted, pending: () => parseJobs.pending() };
  return {
    copyWaitingRows: async (account, mayGoOn) => await copyCatalogRows(account, rows, target, mayGoOn),
  };
}

function ledgerOf({ ports: { ledger, lease } }: OpenArchive): Pick<Place, 'ledger' | 'lease'> {
  return { ledger, lease };
}

function samePlaces(source: Config, target: Config): boolean {
  const derived = [source, target].map((config) => describeLocation(config.derived ?? config.archive));
  return (
    isSame(source.archive, target.archive) &&
    isSame(source.ledger, target.ledger) &&
    derived[0] === derived[1]
  );
}

function isSame(
  one: Parameters<typeof describeLocation>[0],
  other: Parameters<typeof describeLocation>[0],
): boolean {
  return describeLocation(one) === describeLocation(other);
}

function toItself({ archive, ledger }: Config): MailferryError {
  return new MailferryError(
    `source and target of the move are the same: archive ${describeLocation(archive)}, ledger ${describeLocation(ledger)}`,
    {
      code: 'CONFIG_INVALID',
      scope: 'config',
      retryable: false,
      hint: 'name with --to a configuration file whose archive or ledger is another one',
    },
  );
}

function noLedger(path: string): MailferryError {
  return new MailferryError(`the source has no ledger: there is no file ${path}`, {
    code: 'CONFIG_INVALID',
    scope: 'config',
    retryable: false,
    hint: 'check the path; a ledger that is lost is made again by mailferry rebuild-ledger',
  });
}
