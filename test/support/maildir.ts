// A Maildir filled with exact bytes. Never adds, strips or converts an octet: what a server makes of them is what is tested.

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One message to put into a mailbox. */
export interface LoadedMessage {
  /** For people reading a failure; not part of the message. */
  readonly name: string;
  /** An iterable is written chunk by chunk, for a message that should not be held in memory. */
  readonly bytes: Uint8Array | Iterable<Uint8Array>;
}

const FIRST_SECOND = 1_704_067_200;
const FIRST_SECOND_DELIVERED = 1_735_689_600;

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

let delivered = 0;

/** Add messages to a Maildir that a server has open, in the order given: each appears whole, or not at all. */
export async function deliverTo(folder: string, messages: readonly LoadedMessage[]): Promise<void> {
  for (const message of messages) {
    delivered += 1;
    // Later than any message of `writeMaildir`.
    const name = `${FIRST_SECOND_DELIVERED + delivered}.M0P2.host`;
    await writeFile(join(folder, 'tmp', name), message.bytes);
    await rename(join(folder, 'tmp', name), join(folder, 'new', name));
  }
}
