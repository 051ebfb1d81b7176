// Mailboxes for a whole importer: an empty one, one with a single message, one with what has broken other programs, one with
// published test messages, and ordinary ones of very different sizes in which some messages are there twice.

import { corpusMessages, corpusSkip } from '../corpus.ts';
import type { LoadedMessage } from '../maildir.ts';
import { oddMail, plainMail } from '../odd-mail.ts';

/** Of every so many ordinary messages one has the octets of another one in its mailbox. */
const ONE_TWIN_IN = 40;

/**
 * By user. @param accounts at least 5
 * @param messages in all of them together
 */
export function mailboxesOf(
  accounts: number,
  messages: number,
): ReadonlyMap<string, readonly LoadedMessage[]> {
  const published = corpusSkip() === false ? corpusMessages().slice(0, Math.floor(messages / 8)) : [];
  const odd = oddMail();
  const ordinary = sharesOf(messages - published.length - odd.length - 1, accounts - 4);
  const boxes = [
    [],
    plain(1, 0),
    odd,
    published,
    ...ordinary.map((count, box) => plain(count, 1000 * (box + 1))),
  ];
  return new Map(boxes.map((box, index) => [`user-${index}`, box]));
}

function plain(count: number, from: number): LoadedMessage[] {
  return Array.from({ length: count }, (_, index) => {
    const isTwin = index % ONE_TWIN_IN === ONE_TWIN_IN - 1;
    const number = from + (isTwin ? index - 1 : index);
    return { name: `letter ${number}`, bytes: plainMail(number) };
  });
}

/** The first has about a third of all, the last few. */
function sharesOf(sum: number, count: number): number[] {
  const weights = Array.from({ length: count }, (_, index) => 1 / (index + 1));
  const all = weights.reduce((total, weight) => total + weight, 0);
  const shares = weights.map((weight) => Math.floor((sum * weight) / all));
  const rest = sum - shares.reduce((total, share) => total + share, 0);
  return shares.map((share, index) => (index === 0 ? share + rest : share));
}
