// Why there is no way to log in that may be tried. Nothing was sent; the owner has to change something.

import { MailferryError } from '../errors.ts';

export type LoginObstacle =
  | 'needs-protection'
  | 'nothing-in-common'
  | 'wrong-credential'
  | 'no-timestamp'
  | 'no-channel-binding'
  | 'characters';

export interface NoLogin {
  readonly refused: LoginObstacle;
  readonly reason: string;
  readonly hint: string;
}

const HINTS: Readonly<Record<LoginObstacle, string>> = {
  'needs-protection': 'use "tls: implicit" or "tls: starttls"',
  'nothing-in-common': 'name a method in auth.method of this account, or use the other kind of auth',
  'wrong-credential': 'correct auth.method of this account',
  'no-timestamp': 'remove auth.method from this account, or name another',
  'no-channel-binding': 'name the method without -PLUS in auth.method of this account',
  characters: 'name PLAIN or USER in auth.method of this account, or change the password',
};

export function refuse(refused: LoginObstacle, reason: string): NoLogin {
  return { refused, reason, hint: HINTS[refused] };
}

export function noLoginError({ reason, hint }: NoLogin): MailferryError {
  return new MailferryError(`no login was tried: ${reason}`, {
    code: 'POP3_AUTH_FAILED',
    scope: 'account',
    retryable: false,
    hint,
  });
}
