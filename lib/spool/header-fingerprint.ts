// The hash of a message's header block: the same from RETR and from TOP n 0, so that a message can be recognised by it.
// Never proof of a message's octets.

import { createHash } from 'node:crypto';
import { MAX_FINGERPRINTED_HEADER_OCTETS } from '../core/limits.ts';
import type { Sha256 } from '../core/record.ts';

const CR = 0x0d;
const LF = 0x0a;
const LONE_CR = Uint8Array.of(CR);

/**
 * `push` every chunk, then `end`. The header block ends before the first empty line (RFC 5322 section 2.1), or with the
 * octets. Independent of how they are cut into chunks. Chunks after the block cost nothing; the source may reuse them.
 */
export class HeaderFingerprint {
  readonly #hash = createHash('sha256');
  #octets = 0;
  #digest: Sha256 | undefined;
  /** `start-cr`: of a line only a CR was seen, which is not hashed yet: it belongs to the block if no LF follows. */
  #place: 'line-start' | 'start-cr' | 'in-line' | 'done' = 'line-start';

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.#place !== 'done') {
      if (this.#place === 'in-line') at = this.#takeLines(chunk, at);
      else at = this.#startLine(chunk, at);
    }
  }

  /** `undefined` if the block is longer than what is kept track of. Safe to repeat. */
  end(): Sha256 | undefined {
    if (this.#place === 'start-cr') {
      this.#add(LONE_CR);
      this.#place = 'done';
    }
    if (this.#octets > MAX_FINGERPRINTED_HEADER_OCTETS) return undefined;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a hexadecimal SHA-256 is what the brand means
    this.#digest ??= this.#hash.digest('hex') as Sha256;
    return this.#digest;
  }

  /** Looks at the first octets of a line: an empty one ends the block. */
  #startLine(chunk: Uint8Array, at: number): number {
    if (chunk[at] === LF) {
      this.#place = 'done';
    } else if (this.#place === 'line-start' && chunk[at] === CR) {
      this.#place = 'start-cr';
      return at + 1;
    } else {
      if (this.#place === 'start-cr') this.#add(LONE_CR);
      if (this.#place !== 'done') this.#place = 'in-line';
    }
    return at;
  }

  /** The rest of a line, and the lines behind it that begin like any other: one call of the hash for all of them. */
  #takeLines(chunk: Uint8Array, at: number): number {
    let end = at;
    do {
      const lf = chunk.indexOf(LF, end);
      this.#place = lf === -1 ? 'in-line' : 'line-start';
      end = lf === -1 ? chunk.length : lf + 1;
    } while (end < chunk.length && chunk[end] !== CR && chunk[end] !== LF);
    this.#add(chunk.subarray(at, end));
    return end;
  }

  #add(octets: Uint8Array): void {
    this.#octets += octets.length;
    if (this.#octets > MAX_FINGERPRINTED_HEADER_OCTETS) this.#place = 'done';
    else this.#hash.update(octets);
  }
}

/** Of a whole message, or of what TOP shows. */
export async function readFingerprint(octets: AsyncIterable<Uint8Array>): Promise<Sha256 | undefined> {
  const fingerprint = new HeaderFingerprint();
  for await (const chunk of octets) fingerprint.push(chunk);
  return fingerprint.end();
}
