// CRAM-MD5 (RFC 2195): proves the password without sending it. A listener can still guess at it, fast: MD5.

import type { Secret } from '../../secret.ts';
import { outOfStep } from './broken-exchange.ts';
import { checkField } from './login-field.ts';
import type { SaslExchange } from './sasl-exchange.ts';
import type { SaslTools } from './sasl-tools.ts';

/** @throws POP3_COMMAND_INVALID */
export function startCramMd5(user: string, password: Secret, tools: SaslTools): SaslExchange {
  const name = checkField('CRAM-MD5', 'user name', user);
  const key = Buffer.from(checkField('CRAM-MD5', 'password', password.reveal()), 'utf8');
  let isSecretSpent = false;
  return {
    mechanism: 'CRAM-MD5',
    initialResponse: undefined,
    tokenRefusal: undefined,
    get isSecretSpent() {
      return isSecretSpent;
    },
    respond: (challenge) => {
      if (isSecretSpent) throw outOfStep('CRAM-MD5', 'the server sends a second challenge');
      // The same digest every time: whoever sees it once could use it for ever.
      if (challenge.length === 0) throw outOfStep('CRAM-MD5', 'the challenge is empty');
      isSecretSpent = true;
      const digest = Buffer.from(tools.hmac('md5', key, challenge)).toString('hex');
      return Buffer.from(`${name} ${digest}`, 'utf8');
    },
    finish: () => {
      if (!isSecretSpent) throw outOfStep('CRAM-MD5', '+OK came before the digest was sent');
    },
  };
}
