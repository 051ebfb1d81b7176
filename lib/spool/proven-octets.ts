// The octets of a blob on their way into the archive, counted and hashed again. The last of them is held back until all
// are proven, so that a receiver that takes only whole bodies never has a whole body of wrong octets.

import { createHash } from 'node:crypto';
import { MailferryError } from '../core/errors.ts';
import type { Blob } from '../ports/storage.ts';

const MACHINE_HINT =
  'the memory or the temporary folder of this machine changed them: keep the mail on the server and check both';

/**
 * @param what is being done with them, for the error's text: `object x`
 * @param hint what a person should do when they are others
 * @throws ARCHIVE_CORRUPT before the last octets are given out, when they are not what `blob` claims
 */
export async function* provenOctets(
  blob: Blob,
  what: string,
  hint: string = MACHINE_HINT,
): AsyncGenerator<Uint8Array, void, undefined> {
  const unlike = (found: string): MailferryError => unlikeClaim(blob, what, found, hint);
  const hash = createHash('sha256');
  let sizeOctets = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of blob.open()) {
    if (chunk.length === 0) continue;
    hash.update(chunk);
    sizeOctets += chunk.length;
    if (sizeOctets > blob.sizeOctets) throw unlike(`more than ${blob.sizeOctets} octets`);
    if (held !== undefined) yield held;
    held = chunk;
  }
  const sha256 = hash.digest('hex');
  if (sizeOctets !== blob.sizeOctets || sha256 !== blob.sha256) {
    throw unlike(`sha256 ${sha256} and ${sizeOctets} octets`);
  }
  if (held !== undefined) yield held;
}

function unlikeClaim(blob: Blob, what: string, found: string, hint: string): MailferryError {
  return new MailferryError(
    `the octets for ${what} have ${found}; expected sha256 ${blob.sha256} and ${blob.sizeOctets} octets`,
    { code: 'ARCHIVE_CORRUPT', scope: 'account', retryable: false, hint },
  );
}
