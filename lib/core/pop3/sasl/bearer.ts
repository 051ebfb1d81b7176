// Access tokens: XOAUTH2 (Google and Microsoft) and OAUTHBEARER (RFC 7628). One message each; a server that refuses the
// token says why in a challenge, and gives its -ERR only when that has been answered.

import type { Secret } from '../../secret.ts';
import { outOfStep } from './broken-exchange.ts';
import { checkField, checkToken, escapeName } from './login-field.ts';
import type { SaslExchange, TokenRefusal } from './sasl-exchange.ts';
import { parseTokenRefusal } from './token-refusal.ts';

/** @throws POP3_COMMAND_INVALID: ^A divides the message, so none may be inside */
export function startXoauth2(user: string, token: Secret): SaslExchange {
  const name = checkField('XOAUTH2', 'user name', user);
  const bearer = checkToken('XOAUTH2', token.reveal());
  return bearerExchange('XOAUTH2', `user=${name}\x01auth=Bearer ${bearer}\x01\x01`, '');
}

export interface BearerServer {
  readonly host: string;
  readonly port: number;
}

/** @throws POP3_COMMAND_INVALID */
export function startOauthBearer(user: string, token: Secret, { host, port }: BearerServer): SaslExchange {
  const name = escapeName(checkField('OAUTHBEARER', 'user name', user));
  const bearer = checkToken('OAUTHBEARER', token.reveal());
  const message = `n,a=${name},\x01host=${host}\x01port=${port}\x01auth=Bearer ${bearer}\x01\x01`;
  return bearerExchange('OAUTHBEARER', message, '\x01');
}

function bearerExchange(mechanism: string, message: string, answerToRefusal: string): SaslExchange {
  let tokenRefusal: TokenRefusal | undefined;
  return {
    mechanism,
    initialResponse: Buffer.from(message, 'utf8'),
    isSecretSpent: true,
    get tokenRefusal() {
      return tokenRefusal;
    },
    respond: (challenge) => {
      if (tokenRefusal) throw outOfStep(mechanism, 'the server refuses the token twice');
      tokenRefusal = parseTokenRefusal(challenge);
      return Buffer.from(answerToRefusal, 'latin1');
    },
    finish: () => {
      if (tokenRefusal) throw outOfStep(mechanism, '+OK came after the token was refused');
    },
  };
}
