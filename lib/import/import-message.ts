// One message, from RETR to the ledger, with nothing else under way meanwhile.

import type { ListedMessage } from '../core/pop3/listing.ts';
import type { Sha256 } from '../core/record.ts';
import type { AccountRun } from './account-run.ts';
import type { Maildrop } from './maildrop.ts';
import { storeMessage } from './store-message.ts';
import type { StoredMessage } from './store-message.ts';
import { takeMessage } from './take-message.ts';

/**
 * @param firstSeen as for `storeMessage`
 * @throws what `takeMessage` and `storeMessage` throw; nothing is recorded then
 */
export async function importMessage(
  listed: ListedMessage,
  firstSeen: (sha256: Sha256) => number | undefined,
  run: AccountRun,
  maildrop: Maildrop,
): Promise<StoredMessage> {
  const taken = await takeMessage(listed, run, maildrop.retrieve(listed));
  try {
    const stored = await maildrop.awakeDuring(async () => await storeMessage(taken, firstSeen, run));
    maildrop.committed(listed);
    return stored;
  } finally {
    await taken.blob.dispose();
  }
}
