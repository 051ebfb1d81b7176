// Finds the two dates of a message's header block while its octets stream by.
// Never looks past the header block or its first MAX_DATED_HEADER_OCTETS octets, and never at MIME.

import { MAX_DATED_HEADER_OCTETS } from '../limits.ts';
import { parseReceivedDate } from './received-date.ts';
import { parseRfc5322Date } from './rfc5322-date.ts';

const LF = 0x0a;
/** Of the lines that are looked at: the two headers, what may continue one, and the empty line. */
const FIRST_OCTETS = Buffer.from('RrDd \t\r\n', 'latin1');
const HEADER_LINE = /^(received|date)[ \t]*:(.*)$/is;

export interface HeaderDates {
  /** The date of the topmost Received header; `null` if that header is absent or has none. */
  readonly receivedAt: Date | null;
  /** The date of the first Date header; `null` if that header is absent or is no date. */
  readonly sentAt: Date | null;
  readonly hasReceived: boolean;
  readonly hasDate: boolean;
}

/**
 * `push` every chunk of a message, then `end`. The result is a function of the octets, however they are cut into chunks.
 * Lines end in CRLF or LF, headers may be folded, names come in any case, the empty line ends it all (RFC 5322 section 2.2).
 * A header that the octet limit cuts short is left out. Once both dates are known, `push` returns at once.
 */
export class HeaderDateScanner {
  #remainingOctets = MAX_DATED_HEADER_OCTETS;
  #isDone = false;
  /** The start of a line whose end has not come. */
  #partialLine = '';
  /** The header being read, while it is one of the two: the next line may continue it. */
  #open: { readonly name: 'received' | 'date'; value: string } | undefined;
  readonly #values = new Map<'received' | 'date', string>();

  push(chunk: Uint8Array): void {
    if (this.#isDone) return;
    const looked = chunk.subarray(0, this.#remainingOctets);
    this.#remainingOctets -= looked.length;
    for (let start = 0; start < looked.length && !this.#isDone;) {
      const lineEnd = looked.indexOf(LF, start);
      const end = lineEnd === -1 ? looked.length : lineEnd;
      if (lineEnd !== -1 && this.#partialLine === '' && isOfAnother(looked[start])) {
        this.#startLine();
      } else {
        this.#partialLine += fromOctets(looked.subarray(start, end));
        if (lineEnd !== -1) this.#takeLine();
      }
      start = end + 1;
    }
    if (this.#remainingOctets === 0 && !this.#isDone) {
      // The limit, not the message, ends this header: half a date could be another date.
      this.#open = undefined;
      this.#finish();
    }
  }

  /** No more octets: the last line may lack its end. Safe to repeat. */
  end(): HeaderDates {
    if (!this.#isDone) {
      if (this.#partialLine !== '') this.#takeLine();
      this.#finish();
    }
    const received = this.#values.get('received');
    const sent = this.#values.get('date');
    return {
      receivedAt: received === undefined ? null : parseReceivedDate(received),
      sentAt: sent === undefined ? null : parseRfc5322Date(sent),
      hasReceived: received !== undefined,
      hasDate: sent !== undefined,
    };
  }

  #takeLine(): void {
    const line = this.#partialLine.endsWith('\r') ? this.#partialLine.slice(0, -1) : this.#partialLine;
    this.#partialLine = '';
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (this.#open !== undefined) this.#open.value += line;
      return;
    }
    this.#startLine();
    if (line === '') this.#finish();
    const match = this.#isDone ? null : HEADER_LINE.exec(line);
    if (match === null) return;
    const name = match[1]?.toLowerCase() === 'date' ? 'date' : 'received';
    if (!this.#values.has(name)) this.#open = { name, value: match[2] ?? '' };
  }

  /** A line that continues no header: the one before it is whole. */
  #startLine(): void {
    this.#closeHeader();
    if (this.#values.size === 2) this.#finish();
  }

  #closeHeader(): void {
    if (this.#open !== undefined) this.#values.set(this.#open.name, this.#open.value);
    this.#open = undefined;
  }

  #finish(): void {
    this.#closeHeader();
    this.#partialLine = '';
    this.#isDone = true;
  }
}

/** Told by the first octet of a line: most are neither of the two headers, nor the continuation of one, nor empty. */
function isOfAnother(octet: number | undefined): boolean {
  return octet !== undefined && !FIRST_OCTETS.includes(octet);
}

/** One character an octet: a date is ASCII, and other octets only have to be no part of one. */
function fromOctets(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
}
