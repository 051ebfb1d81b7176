// One message, from RETR to the ledger: spool, raw object, parse job, record. The record is the commit, and comes last.

import type { Account } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { toMetadata } from '../core/ingest-metadata.ts';
import { rawKey } from '../core/keys.ts';
import { MAX_SPOOL_MEMORY_OCTETS } from '../core/limits.ts';
import { ArchiveDateScanner } from '../core/message/archive-date.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import type { Sha256, StoredRecord } from '../core/record.ts';
import { NO_UIDL } from '../core/uidl.ts';
import { spool } from '../spool/spool.ts';
import type { SpooledBlob } from '../spool/spool.ts';
import type { AccountRun } from './account-run.ts';
import { HeaderFingerprint } from '../spool/header-fingerprint.ts';
import type { Maildrop } from './maildrop.ts';

export interface ImportedMessage {
  /** `duplicate`: these very octets were in the archive already. */
  readonly outcome: 'stored' | 'duplicate';
  readonly record: StoredRecord;
}

/**
 * @param octets of the message, if they were asked for already
 * @param firstSeen when the message with these octets was first seen, in epoch milliseconds; now if `undefined`
 * @throws MESSAGE_TOO_LARGE (the connection is closed then: POP3 cannot stop a RETR), and what the session, the spool,
 *         the archive, the queue and the ledger throw; nothing is recorded then
 */
export async function importMessage(
  listed: ListedMessage,
  firstSeen: (sha256: Sha256) => number | undefined,
  run: AccountRun,
  maildrop: Maildrop,
  octets = maildrop.retrieve(listed),
): Promise<ImportedMessage> {
  const fetchedAt = run.ports.now();
  const fetched = await fetchMessage(listed, run, octets);
  try {
    const imported = await maildrop.awakeDuring(
      async () => await commitMessage(fetched, { listed, fetchedAt, firstSeen }, run),
    );
    maildrop.committed(listed);
    run.book.octets += imported.record.octets;
    return imported;
  } finally {
    await fetched.blob.dispose();
  }
}

interface FetchedMessage {
  readonly blob: SpooledBlob;
  readonly date: ArchiveDateScanner;
  readonly header: HeaderFingerprint;
}

async function fetchMessage(
  listed: ListedMessage,
  { account, ports, options }: AccountRun,
  octets: AsyncIterable<Uint8Array>,
): Promise<FetchedMessage> {
  const date = new ArchiveDateScanner();
  const header = new HeaderFingerprint();
  let seenOctets = 0;
  const blob = await spool(octets, {
    directory: ports.spoolDirectory,
    memoryOctets: MAX_SPOOL_MEMORY_OCTETS,
    onChunk: (chunk) => {
      date.push(chunk);
      header.push(chunk);
      seenOctets += chunk.length;
      options.observer?.octets?.(chunk.length);
      refuseTooLarge(seenOctets, listed.messageNumber, account);
    },
  });
  return { blob, date, header };
}

async function commitMessage(
  { blob, date, header }: FetchedMessage,
  facts: {
    listed: ListedMessage;
    fetchedAt: number;
    firstSeen: (sha256: Sha256) => number | undefined;
  },
  { account, ports, runId }: AccountRun,
): Promise<ImportedMessage> {
  const { listed, fetchedAt } = facts;
  const { sha256, sizeOctets } = blob;
  const uidl = listed.uidl ?? NO_UIDL;
  const dt = date.end();
  const key = rawKey(account.id, dt, sha256);
  const headerSha256 = header.end();
  const ingest = {
    account: account.id,
    uidl,
    sha256,
    size: sizeOctets,
    rawKey: key,
    runId,
    fetchedAt: new Date(fetchedAt).toISOString(),
  };
  const metadata = toMetadata({ ingest, listedOctets: listed.octets, headerSha256 });
  const put = await ports.blobs.put(key, blob, { metadata });
  await ports.parseQueue.enqueue({ ingest });
  const { record } = await ports.ledger.commit(account.id, {
    state: 'stored',
    uidl,
    sha256,
    octets: sizeOctets,
    listedOctets: listed.octets,
    dt,
    headerSha256,
    firstSeen: facts.firstSeen(sha256) ?? fetchedAt,
    identifiedBy: 'octets',
    mark: undefined,
    runId,
  });
  if (record.state !== 'stored') throw new Error(`a stored record was committed, and it is ${record.state}`);
  return { outcome: put === 'exists' ? 'duplicate' : 'stored', record };
}

function refuseTooLarge(octets: number, messageNumber: number, account: Account): void {
  const { messageOctets } = account.limits;
  if (messageOctets === undefined || octets <= messageOctets) return;
  throw new MailferryError(
    `message ${messageNumber} has more than the ${messageOctets} octets this account allows, although LIST said less`,
    {
      code: 'MESSAGE_TOO_LARGE',
      scope: 'session',
      retryable: true,
      hint: 'raise limits.messageBytes of this account to import it',
    },
  );
}
