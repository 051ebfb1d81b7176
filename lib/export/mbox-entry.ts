// One message as it stands in an mbox file (mboxrd): the From_ line, its octets, quoted, and one LF that is not the message's.
// The octets keep their own line ends. So a file can be taken apart without doubt: an entry starts at every line that begins
// with `From `, ends one octet before the next such line or the end of the file, and loses one `>` at each quoted line.

import type { Envelope } from './envelope.ts';
import { MboxQuoter } from './mbox-quoting.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const LF = Buffer.from('\n', 'latin1');

/** @throws what `octets` throws */
export async function* mboxEntry(
  envelope: Envelope,
  octets: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from(fromLine(envelope), 'latin1');
  const quoter = new MboxQuoter();
  for await (const chunk of octets) yield quoter.push(chunk);
  yield quoter.end();
  yield LF;
}

/** `From ann@example.org Thu Jan  2 03:04:05 2025`, in UTC, with its LF. */
export function fromLine({ sender, date }: Envelope): string {
  return `From ${sender ?? 'MAILER-DAEMON'} ${asctime(date)}\n`;
}

/** As asctime(3) writes it: readers know a From_ line by it, some by nothing else. */
function asctime(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${day} ${time} ${year}`;
}
