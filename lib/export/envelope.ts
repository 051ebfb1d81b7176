// Who sent a message and when it arrived, from its header block alone: what an mbox file and the time of a file tell beside
// the octets. Only told, never relied on. Looks at no more than the first MAX_DATED_HEADER_OCTETS octets.

import { MAX_DATED_HEADER_OCTETS } from '../core/limits.ts';
import { HeaderDateScanner } from '../core/message/header-date-scanner.ts';

export interface Envelope {
  /** Of the topmost Return-Path; `undefined` if there is none, it is empty, or it is nothing for a line of its own. */
  readonly sender: string | undefined;
  /** Of the topmost Received, else of Date, else 1970: the day of it is the message's `dt`. */
  readonly date: Date;
}

const RETURN_PATH = /\nreturn-path[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)/i;
const BLANK_LINE = /\n\r?\n/;

/** `push` the chunks of a message until it has seen enough, then `end`. */
export class EnvelopeScanner {
  readonly #dates = new HeaderDateScanner();
  /** One character an octet. A made-up LF comes first: a message that starts with an empty line has no header. */
  readonly #texts = ['\n'];
  /** The last two characters: as much as a chunk's end can have cut off of a blank line. */
  #tail = '\n';
  #octets = 0;
  #isDone = false;

  /** @returns whether the header block, or what may be looked at of it, is over: more is not needed */
  push(chunk: Uint8Array): boolean {
    if (this.#isDone) return true;
    this.#dates.push(chunk);
    const looked = chunk.subarray(0, MAX_DATED_HEADER_OCTETS - this.#octets);
    const text = Buffer.from(looked.buffer, looked.byteOffset, looked.byteLength).toString('latin1');
    this.#texts.push(text);
    this.#octets += looked.length;
    this.#isDone = BLANK_LINE.test(this.#tail + text) || this.#octets === MAX_DATED_HEADER_OCTETS;
    this.#tail = (this.#tail + text).slice(-2);
    return this.#isDone;
  }

  end(): Envelope {
    const { receivedAt, sentAt } = this.#dates.end();
    return { sender: senderOf(this.#texts.join('')), date: receivedAt ?? sentAt ?? new Date(0) };
  }
}

/** @param text the header block after an LF; what follows it is passed over */
function senderOf(text: string): string | undefined {
  const end = BLANK_LINE.exec(text)?.index ?? text.length;
  const value = RETURN_PATH.exec(text.slice(0, end))?.[1]?.trim() ?? '';
  const address = /^<(.*)>$/s.exec(value)?.[1] ?? value;
  // Anything else could end the line, or read as another one. RFC 5321 section 4.5.3.1.3: no path is longer.
  return /^[!-;=?-~]{1,254}$/.test(address) ? address : undefined;
}
