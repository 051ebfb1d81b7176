// The date at the end of a Received header (RFC 5322 section 3.6.7: everything, then `;`, then the date).

import { parseRfc5322Date } from './rfc5322-date.ts';

/** Parts between semicolons tried, from the last one back. Stops: endless work on a header made of semicolons. */
const MAX_PARTS = 4;
/** QUIRK(courier): it writes the message's id behind the date. */
const TRAILING_ID = /\s+id\s+[^\s;]+\s*$/i;

/**
 * Reads what follows the last `;`, and where that is no date (a comment after the date may hold semicolons, a last one
 * may end the header) the part before it, a few times.
 * @param value the header's value, still folded or not
 */
export function parseReceivedDate(value: string): Date | null {
  let end = value.length;
  for (let tried = 0; tried < MAX_PARTS && end > 0; tried += 1) {
    const semicolon = value.lastIndexOf(';', end - 1);
    if (semicolon === -1) return null;
    const part = value.slice(semicolon + 1, end);
    const date = parseRfc5322Date(part) ?? parseRfc5322Date(part.replace(TRAILING_ID, ''));
    if (date !== null) return date;
    end = semicolon;
  }
  return null;
}
