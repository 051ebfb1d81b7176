// A mailbox in one file, as old servers keep it: "From " lines between messages. Changes no octet but those of lines in a
// message that begin so too, and adds a line end where a message has none: the format has no other way.

import { writeFile } from 'node:fs/promises';
import type { LoadedMessage } from '../maildir.ts';

const SEPARATOR = Buffer.from('From odd@example.org Wed Jan  1 00:00:00 2025\n');
const LINE_FEED = Buffer.from('\n');

export async function writeMbox(path: string, messages: readonly LoadedMessage[]): Promise<void> {
  const parts = messages.flatMap(({ bytes }) => [SEPARATOR, quoted(bytes), LINE_FEED]);
  await writeFile(path, Buffer.concat(parts));
}

function quoted(bytes: LoadedMessage['bytes']): Buffer {
  const whole = Buffer.concat(bytes instanceof Uint8Array ? [bytes] : [...bytes]);
  const text = whole.toString('latin1').replace(/^>*From /gm, '>$&');
  return Buffer.from(text.endsWith('\n') ? text : `${text}\n`, 'latin1');
}
