// The day a message is filed under (`dt` in archive keys): a pure function of its octets, never of the clock,
// so that fetching the same message again can never make a second object.

import type { ArchiveDate } from '../record.ts';
import { HeaderDateScanner, type HeaderDates } from './header-date-scanner.ts';

const NO_DATE = new Date(0);

/** The topmost Received date's day in UTC, else the Date header's, else `1970-01-01`. */
export function archiveDateOf(dates: HeaderDates): ArchiveDate {
  const day = (dates.receivedAt ?? dates.sentAt ?? NO_DATE).toISOString().slice(0, 10);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed dates lie in 0001 to 9999: the year has four digits
  return day as ArchiveDate;
}

/**
 * `push` every chunk of a message as it is fetched, then `end` for its day. Chunks after the header block cost nothing.
 * Independent of how the octets are cut into chunks.
 */
export class ArchiveDateScanner {
  readonly #scanner = new HeaderDateScanner();

  push(chunk: Uint8Array): void {
    this.#scanner.push(chunk);
  }

  /** Safe to repeat. */
  end(): ArchiveDate {
    return archiveDateOf(this.#scanner.end());
  }
}
