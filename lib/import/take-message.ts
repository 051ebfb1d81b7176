// One message off the wire: its octets into the spool, and on the way what can be learned of them. Nothing is stored here.

import type { Account } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { MAX_SPOOL_MEMORY_OCTETS } from '../core/limits.ts';
import { ArchiveDateScanner } from '../core/message/archive-date.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import type { ArchiveDate, Sha256 } from '../core/record.ts';
import { HeaderFingerprint } from '../spool/header-fingerprint.ts';
import { spool } from '../spool/spool.ts';
import type { SpooledBlob } from '../spool/spool.ts';
import type { AccountRun } from './account-run.ts';

/** A message that has come whole. Whoever took it disposes of its blob, in a `finally`. */
export interface TakenMessage {
  readonly listed: ListedMessage;
  readonly blob: SpooledBlob;
  readonly dt: ArchiveDate;
  readonly headerSha256: Sha256 | undefined;
  /** When its RETR had its turn, in epoch milliseconds. */
  readonly fetchedAt: number;
}

/**
 * @param octets as the session gives them: they are the message, and all of it, once they have ended
 * @throws MESSAGE_TOO_LARGE (the connection is closed then: POP3 cannot stop a RETR), and what the session and the spool
 *         throw; nothing is left behind then
 */
export async function takeMessage(
  listed: ListedMessage,
  { account, ports, options }: AccountRun,
  octets: AsyncIterable<Uint8Array>,
): Promise<TakenMessage> {
  const fetchedAt = ports.now();
  const date = new ArchiveDateScanner();
  const header = new HeaderFingerprint();
  let seenOctets = 0;
  const blob = await spool(octets, {
    directory: ports.spoolDirectory,
    memoryOctets: MAX_SPOOL_MEMORY_OCTETS,
    expectedOctets: listed.octets,
    onChunk: (chunk) => {
      date.push(chunk);
      header.push(chunk);
      seenOctets += chunk.length;
      options.observer?.octets?.(chunk.length);
      refuseTooLarge(seenOctets, listed.messageNumber, account);
    },
  });
  return { listed, blob, dt: date.end(), headerSha256: header.end(), fetchedAt };
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
