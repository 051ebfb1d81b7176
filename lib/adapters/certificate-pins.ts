// The keys that an account's owner says the server has. A pin adds to the other checks and replaces none: chain, name and
// time have to be right too. A server with a certificate of its own making is trusted by naming that in caFile.

import { MailferryError } from '../core/errors.ts';
import type { CertificateFacts } from '../ports/pop3.ts';

/**
 * Compares the key of the server's own certificate; those of its authorities do not count. Several pins are for a change of
 * keys: the next one is added before the server has it.
 * @param pins base64 of SHA-256 of public keys; none: any key will do
 * @throws TLS_CERTIFICATE_REFUSED that tells the pin the server would need: it is no secret
 */
export function assertPinned(
  host: string,
  [own]: readonly CertificateFacts[],
  pins: readonly string[],
): void {
  if (pins.length === 0) return;
  if (own && pins.includes(own.pin)) return;
  throw new MailferryError(
    `the certificate of "${host}" was refused: its key has the pin ${own?.pin ?? '(there is none)'}, expected ${pins.join(' or ')}`,
    {
      code: 'TLS_CERTIFICATE_REFUSED',
      scope: 'account',
      retryable: false,
      hint: 'ask the server’s administrator whether it has a new key; only then add its pin to pins',
    },
  );
}
