// LOGIN: no standard, only habit. Two prompts, of which nothing but their order counts: their words differ.

import type { Secret } from '../../secret.ts';
import { outOfStep } from './broken-exchange.ts';
import { checkField } from './login-field.ts';
import type { SaslExchange } from './sasl-exchange.ts';

/** @throws POP3_COMMAND_INVALID */
export function startLogin(user: string, password: Secret): SaslExchange {
  const answers = [
    Buffer.from(checkField('LOGIN', 'user name', user), 'utf8'),
    Buffer.from(checkField('LOGIN', 'password', password.reveal()), 'utf8'),
  ];
  return {
    mechanism: 'LOGIN',
    initialResponse: undefined,
    tokenRefusal: undefined,
    get isSecretSpent() {
      return answers.length === 0;
    },
    respond: () => {
      const answer = answers.shift();
      if (answer === undefined) throw outOfStep('LOGIN', 'the server prompts a third time');
      return answer;
    },
    finish: () => {
      if (answers.length > 0) throw outOfStep('LOGIN', '+OK came before the password was sent');
    },
  };
}
