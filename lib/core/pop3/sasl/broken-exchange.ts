// The two ways an exchange breaks: out of step, which may be chance, and unproven, which may be an impostor.

import { MailferryError } from '../../errors.ts';

/** The server's message has no place or no meaning here. Its text is not repeated: it may hold ours. */
export function outOfStep(mechanism: string, what: string): MailferryError {
  return new MailferryError(`${mechanism}: ${what}`, {
    code: 'POP3_PROTOCOL',
    scope: 'session',
    retryable: true,
    hint: 'if this goes on, name another auth.method for this account',
  });
}

/** The server has not shown, or not safely enough, that it knows the password too. */
export function unproven(mechanism: string, what: string): MailferryError {
  return new MailferryError(`${mechanism}: ${what}`, {
    code: 'POP3_PROTOCOL',
    scope: 'account',
    retryable: false,
    hint: 'this may be an impostor: check the host and its certificate before anything else',
  });
}
