// The transfer encodings of MIME (RFC 2045 section 6), octets in, octets out, a piece at a time. Nothing here fails: what is
// no encoding is left out or left as it stands, as each decoder says.

import type { Problem } from '../core/message/problems.ts';
import { Base64Decoder } from './base64-decoder.ts';
import { QuotedPrintableDecoder } from './quoted-printable-decoder.ts';
import { UuDecoder } from './uu-decoder.ts';

export interface TransferDecoder {
  /** What is complete so far; may be empty. The result may share memory with `octets`. */
  push(octets: Uint8Array): Uint8Array;
  /** What was waiting for more. Call it once. */
  end(): Uint8Array;
}

const NOTHING = new Uint8Array();
const AS_IT_IS: TransferDecoder = { push: (octets) => octets, end: () => NOTHING };
const UNENCODED = new Set(['7bit', '8bit', 'binary']);
const UUENCODED = new Set(['x-uuencode', 'x-uuencoded', 'uuencode', 'x-uue', 'uue']);

/** @param encoding lower case, without comments; one that is not known leaves octets as they are */
export function transferDecoderFor(encoding: string, note: (problem: Problem) => void): TransferDecoder {
  if (encoding === 'base64') return new Base64Decoder(note);
  if (encoding === 'quoted-printable') return new QuotedPrintableDecoder();
  if (UUENCODED.has(encoding)) return new UuDecoder(note);
  if (!UNENCODED.has(encoding)) note('encoding-unknown');
  return AS_IT_IS;
}
