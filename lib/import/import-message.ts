// One message, from RETR to the ledger: spool, raw object, parse job, record. The record is the commit, and comes last.

import type { Account } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { rawKey } from '../core/keys.ts';
import { MAX_SPOOL_MEMORY_OCTETS } from '../core/limits.ts';
import { ArchiveDateScanner } from '../core/message/archive-date.ts';
import type { PlannedMessage } from '../core/plan.ts';
import { toUidl } from '../core/uidl.ts';
import type { Pop3Session } from '../session/pop3-session.ts';
import { spool } from '../spool/spool.ts';
import type { ImportPorts } from './import-ports.ts';

type Fetch = Extract<PlannedMessage, { action: 'fetch' }>;

/** The UIDL of a message that has none: it is recorded by its content alone. */
const NO_UIDL = toUidl(new Uint8Array(0));

/**
 * @returns `duplicate` when these very octets were in the archive already
 * @throws MESSAGE_TOO_LARGE (the connection is closed then: POP3 cannot stop a RETR), and what the session, the spool,
 *         the archive, the queue and the ledger throw; nothing is recorded then
 */
export async function importMessage(
  message: Fetch,
  context: {
    account: Account;
    session: Pop3Session;
    runId: string;
    ports: ImportPorts;
    onOctets: (count: number) => void;
  },
): Promise<{ outcome: 'stored' | 'duplicate'; octets: number }> {
  const { account, session, runId, ports } = context;
  const { listed } = message;
  const fetchedAt = ports.now();
  const date = new ArchiveDateScanner();
  let seenOctets = 0;
  const blob = await spool(session.retrieve(listed.messageNumber), {
    directory: ports.spoolDirectory,
    memoryOctets: MAX_SPOOL_MEMORY_OCTETS,
    onChunk: (chunk) => {
      date.push(chunk);
      seenOctets += chunk.length;
      context.onOctets(chunk.length);
      refuseTooLarge(seenOctets, listed.messageNumber, account);
    },
  });
  try {
    const uidl = listed.uidl ?? NO_UIDL;
    const { sha256, sizeOctets } = blob;
    const dt = date.end();
    const key = rawKey(account.id, dt, sha256);
    const outcome = await ports.blobs.put(key, blob);
    await ports.parseQueue.enqueue({
      ingest: {
        account: account.id,
        uidl,
        sha256,
        size: sizeOctets,
        rawKey: key,
        runId,
        fetchedAt: new Date(fetchedAt).toISOString(),
      },
    });
    await ports.ledger.commit(account.id, {
      state: 'stored',
      uidl,
      sha256,
      octets: sizeOctets,
      dt,
      firstSeen: message.firstSeen ?? fetchedAt,
      runId,
    });
    return { outcome: outcome === 'exists' ? 'duplicate' : 'stored', octets: sizeOctets };
  } finally {
    await blob.dispose();
  }
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
      hint: 'run again for the messages after it: with a UIDL of its own it is skipped then. Raise limits.messageBytes to import it',
    },
  );
}
