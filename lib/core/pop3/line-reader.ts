// Takes one line at a time off a byte stream that arrives in arbitrary chunks. Never looks at an octet twice.

import { MailferryError } from '../errors.ts';
import type { LineEnds } from './body-decoder.ts';

const LF = 0x0a;
const CR = 0x0d;

export interface PushedLine {
  /** The line without its end, or `undefined` while it is incomplete. Valid until the next push. */
  readonly line: Uint8Array | undefined;
  /** How the line ended: a body behind a status line ends as that did. `undefined` while it is incomplete. */
  readonly lineEnd: LineEnds | undefined;
  /** What follows the line in this chunk: not ours. Empty while the line is incomplete. */
  readonly rest: Uint8Array;
}

/** A line is `octets` from `start` to before `end`, without its end. */
export type OnLine = (octets: Uint8Array, start: number, end: number) => boolean;

const NOTHING = new Uint8Array(0);

/**
 * Lines of answers and listings, ended by CRLF (RFC 1939 section 3) or, from some servers, a bare LF.
 * Message bodies do not go through here: see `BodyDecoder`.
 */
export class LineReader {
  readonly #maxOctets: number;
  #pieces: Uint8Array[] = [];
  #held = 0;

  /** @param maxOctets of one line with its end; a longer one is an error, so that no server can fill our memory */
  constructor(maxOctets: number) {
    this.#maxOctets = maxOctets;
  }

  /** @throws POP3_LIMIT_EXCEEDED */
  push(chunk: Uint8Array): PushedLine {
    const lineFeed = chunk.indexOf(LF);
    const end = lineFeed === -1 ? chunk.length : lineFeed + 1;
    if (this.#held + end > this.#maxOctets) {
      throw new MailferryError(
        `the server sent a line of more than ${this.#maxOctets} octets where an answer or a listing row was due`,
        { code: 'POP3_LIMIT_EXCEEDED', scope: 'session', retryable: true },
      );
    }
    this.#pieces.push(chunk.subarray(0, end));
    this.#held += end;
    if (lineFeed === -1) return { line: undefined, lineEnd: undefined, rest: NOTHING };
    return { ...this.#takeLine(), rest: chunk.subarray(end) };
  }

  /**
   * Every line that ends in this chunk, each in its place and valid only for `onLine`: what is pushed over and over in a
   * listing of a million rows.
   * @param onLine returns whether it wants the next one too
   * @returns what follows the last one wanted, or `undefined` while more is wanted: then the rest is kept
   * @throws POP3_LIMIT_EXCEEDED, and what `onLine` throws
   */
  pushEach(chunk: Uint8Array, onLine: OnLine): Uint8Array | undefined {
    let start = 0;
    if (this.#held > 0) {
      const { line, rest } = this.push(chunk);
      if (!line) return undefined;
      if (!onLine(line, 0, line.length)) return rest;
      start = chunk.length - rest.length;
    }
    for (let at = start; at < chunk.length; at += 1) {
      if (chunk[at] !== LF) continue;
      if (at + 1 - start > this.#maxOctets) break;
      const end = at > start && chunk[at - 1] === CR ? at - 1 : at;
      if (!onLine(chunk, start, end)) return chunk.subarray(at + 1);
      start = at + 1;
    }
    if (start < chunk.length) this.push(chunk.subarray(start));
    return undefined;
  }

  #takeLine(): { line: Uint8Array; lineEnd: LineEnds } {
    const [only] = this.#pieces;
    const whole = this.#pieces.length === 1 && only ? only : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#held = 0;
    const lineEnd = whole.at(-2) === CR ? 'crlf' : 'lf';
    return { line: whole.subarray(0, whole.length - (lineEnd === 'crlf' ? 2 : 1)), lineEnd };
  }
}
