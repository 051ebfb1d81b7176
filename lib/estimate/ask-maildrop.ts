// Asks a server how much it has: STAT, LIST, QUIT. Never fetches or deletes.

import type { Account } from '../core/account.ts';
import { toServerFacts } from '../core/pop3/server-facts.ts';
import type { AccountAccess } from '../ports/access.ts';
import type { Pop3Ports } from '../ports/pop3.ts';
import { openSession } from '../session/open-session.ts';
import type { AskedMaildrop } from './mailbox-facts.ts';

export interface Doorway {
  readonly pop3: Pop3Ports;
  readonly access: AccountAccess;
}

/**
 * @param signal aborting it closes the connection
 * @throws SECRET_UNAVAILABLE, and what openSession and the session throw
 */
export async function askMaildrop(
  account: Account,
  { pop3, access }: Doorway,
  signal: AbortSignal,
): Promise<AskedMaildrop> {
  let announcesPipelining = false;
  const session = await openSession(account, await access.get(account), pop3, signal, ({ capabilities }) => {
    if (capabilities) announcesPipelining = toServerFacts(capabilities).hasPipelining;
  });
  try {
    const { messages, octets } = await session.stat();
    const rows = await session.list();
    await session.quit();
    // A row without a usable size is of no known size, and so of none that a rule forbids.
    const sizes = rows?.map((row) => row.octets ?? 0) ?? [];
    return {
      messages,
      octets: octets ?? sizes.reduce((sum, size) => sum + size, 0),
      sizes,
      announcesPipelining,
    };
  } finally {
    session.drop();
  }
}
