// What a refused login means: credentials that will never work, or a maildrop that is busy just now.

import { MailferryError } from '../errors.ts';
import type { Reply } from './reply.ts';

/** RFC 2449 section 8.1 and RFC 3206: the server is not talking about the password. */
const TRANSIENT_CODES = ['IN-USE', 'LOGIN-DELAY', 'SYS/TEMP', 'SYS'];

/** Servers without response codes say it in words (RFC 2449 section 8 knows that clients look for them). */
const TRANSIENT_WORDS = /\b(lock(ed)?|in use|wait|try again|unavailable|too many|temporar|busy)/i;

export function loginError(command: string, reply: Reply): MailferryError {
  const message = `${command} was refused: "${reply.text}"`;
  const transient = reply.responseCode
    ? TRANSIENT_CODES.includes(reply.responseCode)
    : TRANSIENT_WORDS.test(reply.text);
  if (transient) {
    return new MailferryError(message, {
      code: 'POP3_MAILDROP_BUSY',
      scope: 'session',
      retryable: true,
      hint: 'the mailbox is in use or the server is busy: run again in a few minutes',
    });
  }
  return new MailferryError(message, {
    code: 'POP3_AUTH_FAILED',
    scope: 'account',
    retryable: false,
    hint: 'check user and auth.password of this account; some providers want an app password or have POP3 switched off',
  });
}
