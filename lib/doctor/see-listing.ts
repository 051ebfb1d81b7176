// Asks one session for all that it says of the maildrop, without having a message shown.

import { joinListing } from '../core/pop3/listing.ts';
import type { Pop3Session } from '../session/pop3-session.ts';
import type { CheckName } from './check.ts';
import type { SeenListing } from './judge-listing.ts';

/**
 * @param onStep told what is asked now, for whoever has to say where it ended
 * @throws what Pop3Session and joinListing throw
 */
export async function seeListing(
  session: Pop3Session,
  onStep: (name: CheckName) => void = () => {},
): Promise<SeenListing> {
  onStep('maildrop');
  const size = await session.stat();
  onStep('uidl');
  const uidl = await session.uidl();
  const list = await session.list();
  return { size, messages: joinListing(list, uidl), listRows: list?.length, uidlRows: uidl?.length };
}

/** Ends a session that has shown no message. Nothing was marked as deleted, so a refusal changes nothing. */
export async function endCleanly(session: Pop3Session): Promise<void> {
  try {
    await session.rset();
    await session.quit();
  } catch {
    session.drop();
  }
}
