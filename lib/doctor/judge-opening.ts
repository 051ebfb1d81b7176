// Judges how far it came on the way to a session, and what was seen there. Pure.

import type { Account } from '../core/account.ts';
import { MailferryError, describeError } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { SessionFacts } from '../session/open-session.ts';
import { ok, problem } from './check.ts';
import type { Check, CheckName } from './check.ts';
import { judgeLogin } from './judge-login.ts';
import { judgeTls } from './judge-tls.ts';
import { toPrintable } from './printable.ts';

export interface Opening {
  readonly facts: Partial<SessionFacts>;
  /** What ended it; `undefined`: there is a session. */
  readonly failure: { readonly error: unknown; readonly hasAccess: boolean } | undefined;
}

/** What is not among them was not come to. @param now epoch milliseconds */
export function judgeOpening(account: Account, { facts, failure }: Opening, now: number): readonly Check[] {
  const checks: Check[] = [];
  const failed = failure && (failure.hasAccess ? nameOf(failure.error, facts) : 'access');
  if (failed !== 'access') checks.push(ok('access', `there is ${secretOf(account)}`));
  const { greeting, tls } = facts;
  if (greeting !== undefined) checks.push(ok('connection', `the server greets: "${greeting}"`));
  const isTlsKnown = tls !== undefined || (account.tls === 'none' && greeting !== undefined);
  if (isTlsKnown && failed !== 'tls' && failed !== 'certificate')
    checks.push(...judgeTls(account, facts, now));
  if (!failure) checks.push(...judgeLogin(account, facts));
  if (failure && failed) checks.push(problemOf(failed, failure.error));
  return checks;
}

export function problemOf(name: CheckName, error: unknown): Check {
  const known = error instanceof MailferryError ? error : undefined;
  const code = known ? `${known.code}: ` : '';
  return problem(name, `${code}${toPrintable(describeError(error))}`, { recommendation: known?.hint });
}

const NAMES: Readonly<Partial<Record<ErrorCode, CheckName>>> = {
  HOST_UNKNOWN: 'connection',
  ADDRESS_NOT_ALLOWED: 'connection',
  CONNECT_FAILED: 'connection',
  CONNECT_TIMEOUT: 'connection',
  TLS_CERTIFICATE_REFUSED: 'certificate',
  TLS_HANDSHAKE_FAILED: 'tls',
  STLS_REFUSED: 'tls',
};

/** Whatever else goes wrong once the server has greeted, is about the login. */
function nameOf(error: unknown, { greeting }: Partial<SessionFacts>): CheckName {
  const named = error instanceof MailferryError ? NAMES[error.code] : undefined;
  return named ?? (greeting === undefined ? 'connection' : 'login');
}

function secretOf({ auth }: Account): string {
  return auth.kind === 'password' ? 'a password' : 'an access token';
}
