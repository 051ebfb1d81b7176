// One message from the spool to the ledger: raw object, parse job, record. The record is the commit, and comes last.

import { toMetadata } from '../core/ingest-metadata.ts';
import { rawKey } from '../core/keys.ts';
import type { Sha256, StoredRecord } from '../core/record.ts';
import { NO_UIDL } from '../core/uidl.ts';
import type { AccountRun } from './account-run.ts';
import type { TakenMessage } from './take-message.ts';

export interface StoredMessage {
  /** `duplicate`: these very octets were in the archive already. */
  readonly outcome: 'stored' | 'duplicate';
  readonly record: StoredRecord;
}

/**
 * @param firstSeen when the message with these octets was first seen, in epoch milliseconds; now if `undefined`
 * @throws what the archive, the queue and the ledger throw; nothing is recorded then
 */
export async function storeMessage(
  { listed, blob, dt, headerSha256, fetchedAt }: TakenMessage,
  firstSeen: (sha256: Sha256) => number | undefined,
  { account, ports, runId, book }: AccountRun,
): Promise<StoredMessage> {
  const { sha256, sizeOctets } = blob;
  const uidl = listed.uidl ?? NO_UIDL;
  const key = rawKey(account.id, dt, sha256);
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
  await ports.parseQueue.enqueue({ ingest }, blob);
  const { record } = await ports.ledger.commit(account.id, {
    state: 'stored',
    uidl,
    sha256,
    octets: sizeOctets,
    listedOctets: listed.octets,
    dt,
    headerSha256,
    firstSeen: firstSeen(sha256) ?? fetchedAt,
    identifiedBy: 'octets',
    mark: undefined,
    runId,
  });
  if (record.state !== 'stored') throw new Error(`a stored record was committed, and it is ${record.state}`);
  book.octets += record.octets;
  return { outcome: put === 'exists' ? 'duplicate' : 'stored', record };
}
