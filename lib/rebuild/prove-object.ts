// One raw object read whole: its octets counted and hashed, and its header block too, as at import.

import { createHash } from 'node:crypto';
import type { Sha256 } from '../core/record.ts';
import { HeaderFingerprint } from '../spool/header-fingerprint.ts';

export interface ProvenObject {
  readonly sizeOctets: number;
  readonly sha256: Sha256;
  readonly headerSha256: Sha256 | undefined;
}

/** @throws what reading throws */
export async function proveObject(octets: AsyncIterable<Uint8Array>): Promise<ProvenObject> {
  const hash = createHash('sha256');
  const header = new HeaderFingerprint();
  let sizeOctets = 0;
  for await (const chunk of octets) {
    hash.update(chunk);
    header.push(chunk);
    sizeOctets += chunk.length;
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a hexadecimal SHA-256 is what the brand means
  return { sizeOctets, sha256: hash.digest('hex') as Sha256, headerSha256: header.end() };
}
