// PLAIN (RFC 4616): user name and password in one message, for protected connections.

import type { Secret } from '../../secret.ts';
import { outOfStep } from './broken-exchange.ts';
import { checkField } from './login-field.ts';
import type { SaslExchange } from './sasl-exchange.ts';

/** @throws POP3_COMMAND_INVALID: NUL divides the message, so none may be inside */
export function startPlain(user: string, password: Secret): SaslExchange {
  const name = checkField('PLAIN', 'user name', user);
  const secret = checkField('PLAIN', 'password', password.reveal());
  return {
    mechanism: 'PLAIN',
    initialResponse: Buffer.from(`\0${name}\0${secret}`, 'utf8'),
    isSecretSpent: true,
    tokenRefusal: undefined,
    respond: () => {
      throw outOfStep('PLAIN', 'the server asks for more than the one message there is');
    },
    finish: () => {},
  };
}
