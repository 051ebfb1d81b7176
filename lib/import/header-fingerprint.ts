// The hash of a message's header block: the same from RETR and from TOP n 0, so that a message can be recognised by it.
// Never proof of a message's octets.

import { createHash } from 'node:crypto';
import { MAX_FINGERPRINTED_HEADER_OCTETS } from '../core/limits.ts';
import type { Sha256 } from '../core/record.ts';

const CR = 0x0d;
const LF = 0x0a;

/**
 * `push` every chunk, then `end`. The header block ends before the first empty line (RFC 5322 section 2.1), or with the
 * octets. Independent of how they are cut into chunks. Chunks after the block cost nothing; the source may reuse them.
 */
export class HeaderFingerprint {
  #held: Uint8Array = new Uint8Array(0);
  /** The length of the block, once known. */
  #endsAt: number | undefined;

  push(chunk: Uint8Array): void {
    if (this.#isDone) return;
    // The end may have begun in what is held: LF, CR.
    const searchFrom = Math.max(0, this.#held.length - 2);
    this.#held = Buffer.concat([this.#held, chunk.subarray(0, MAX_FINGERPRINTED_HEADER_OCTETS + 1)]);
    this.#endsAt = headerEnd(this.#held, searchFrom);
  }

  /** `undefined` if the block is longer than what is kept track of. Safe to repeat. */
  end(): Sha256 | undefined {
    const octets = this.#endsAt ?? this.#held.length;
    if (octets > MAX_FINGERPRINTED_HEADER_OCTETS) return undefined;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a hexadecimal SHA-256 is what the brand means
    return createHash('sha256').update(this.#held.subarray(0, octets)).digest('hex') as Sha256;
  }

  get #isDone(): boolean {
    return this.#endsAt !== undefined || this.#held.length > MAX_FINGERPRINTED_HEADER_OCTETS;
  }
}

/** Of a whole message, or of what TOP shows. */
export async function readFingerprint(octets: AsyncIterable<Uint8Array>): Promise<Sha256 | undefined> {
  const fingerprint = new HeaderFingerprint();
  for await (const chunk of octets) fingerprint.push(chunk);
  return fingerprint.end();
}

/** Where the first empty line begins, if its end is there. */
function headerEnd(octets: Uint8Array, from: number): number | undefined {
  if (from === 0 && isLineEnd(octets, 0)) return 0;
  for (let lf = octets.indexOf(LF, from); lf !== -1; lf = octets.indexOf(LF, lf + 1)) {
    if (isLineEnd(octets, lf + 1)) return lf + 1;
  }
  return undefined;
}

function isLineEnd(octets: Uint8Array, at: number): boolean {
  return octets[at] === LF || (octets[at] === CR && octets[at + 1] === LF);
}
