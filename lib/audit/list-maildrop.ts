// Asks a server what it has, and nothing more: UIDL, LIST, QUIT. Never fetches or deletes.

import type { Account } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { joinListing } from '../core/pop3/listing.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import type { AccountAccess } from '../ports/access.ts';
import type { Pop3Ports } from '../ports/pop3.ts';
import { openSession } from '../session/open-session.ts';

export interface Doorway {
  readonly pop3: Pop3Ports;
  readonly access: AccountAccess;
}

/** @throws SECRET_UNAVAILABLE, and what openSession and the session throw */
export async function listMaildrop(
  account: Account,
  { pop3, access }: Doorway,
  signal: AbortSignal,
): Promise<ListedMessage[]> {
  const session = await openSession(account, await access.get(account), pop3, signal);
  try {
    const uidl = await session.uidl();
    const list = await session.list();
    if (!uidl && !list) throw unlisted();
    const listing = joinListing(list, uidl);
    await session.quit();
    return listing;
  } finally {
    session.drop();
  }
}

function unlisted(): MailferryError {
  return new MailferryError('the server refused both UIDL and LIST, so its messages are unknown', {
    code: 'POP3_UNAVAILABLE',
    scope: 'session',
    retryable: true,
    hint: 'the server has a problem with this mailbox just now: try again later',
  });
}
