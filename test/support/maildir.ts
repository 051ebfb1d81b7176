// A Maildir filled with exact bytes. Never adds, strips or converts an octet: what a server makes of them is what is tested.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One message to put into a mailbox. */
export interface LoadedMessage {
  /** For people reading a failure; not part of the message. */
  readonly name: string;
  /** An iterable is written chunk by chunk, for a message that should not be held in memory. */
  readonly bytes: Uint8Array | Iterable<Uint8Array>;
}

const FIRST_SECOND = 1_704_067_200;

/**
 * Write the messages into `folder` (made if absent) so that a server lists them in the order given:
 * Dovecot numbers new files by the seconds their names begin with.
 */
export async function writeMaildir(folder: string, messages: readonly LoadedMessage[]): Promise<void> {
  for (const part of ['cur', 'new', 'tmp']) await mkdir(join(folder, part), { recursive: true });
  for (const [index, message] of messages.entries()) {
    const name = `${FIRST_SECOND + index}.M${String(index).padStart(6, '0')}P1.host:2,`;
    await writeFile(join(folder, 'cur', name), message.bytes);
  }
}
