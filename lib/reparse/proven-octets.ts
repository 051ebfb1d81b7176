// A raw object on its way to the parser: its octets end with an error if they are not the message that its name promises, so
// that no document is made of anything else.

import { createHash } from 'node:crypto';
import { MailferryError } from '../core/errors.ts';
import type { Sha256 } from '../core/record.ts';

/**
 * @throws ARCHIVE_CORRUPT of scope `message` after the last octets, if their sha256 is another; what reading them throws
 */
export async function* provenOctets(
  octets: AsyncIterable<Uint8Array>,
  expected: Sha256,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  let sizeOctets = 0;
  for await (const chunk of octets) {
    hash.update(chunk);
    sizeOctets += chunk.length;
    yield chunk;
  }
  const sha256 = hash.digest('hex');
  if (sha256 === expected) return;
  throw new MailferryError(`it has ${sizeOctets} octets with sha256 ${sha256}`, {
    code: 'ARCHIVE_CORRUPT',
    scope: 'message',
    retryable: false,
  });
}
