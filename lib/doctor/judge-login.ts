// Judges the logins that a server offers, and the one that was taken. Pure.

import type { Account, LoginMethod } from '../core/account.ts';
import { LOGIN_METHODS } from '../core/account.ts';
import type { Capabilities } from '../core/pop3/capabilities.ts';
import { toServerFacts } from '../core/pop3/server-facts.ts';
import type { SessionFacts } from '../session/open-session.ts';
import { note, ok } from './check.ts';
import type { Check } from './check.ts';
import { toPrintable } from './printable.ts';

export function judgeLogin(
  account: Account,
  { login, capabilities }: Partial<SessionFacts>,
): readonly Check[] {
  if (!login) return [];
  const finding = `${login.method} (${login.reason}); offered: ${offeredIn(capabilities)}`;
  const better = strongerThan(login.method, account, capabilities);
  if (better === undefined) return [ok('login', finding)];
  const recommendation = `leave auth.method out of this account: the server offers ${better}, which does not send the password`;
  return [note('login', finding, { recommendation })];
}

function offeredIn(capabilities: Capabilities | undefined): string {
  if (capabilities === undefined) return 'the server has no CAPA to say so';
  const { saslMechanisms, hasUser } = toServerFacts(capabilities);
  return toPrintable([...saslMechanisms, ...(hasUser ? ['USER'] : [])].join(', ')) || 'none is named';
}

/** Of the methods that the choice makes by itself, only SCRAM is worth a remark: what else there is, TLS makes equal. */
function strongerThan(
  used: LoginMethod,
  { auth }: Account,
  capabilities: Capabilities | undefined,
): LoginMethod | undefined {
  if (auth.method === undefined || auth.kind !== 'password' || used.startsWith('SCRAM-')) return undefined;
  const offered = capabilities ? toServerFacts(capabilities).saslMechanisms : [];
  return LOGIN_METHODS.find((method) => /^SCRAM-SHA-\d+$/.test(method) && offered.includes(method));
}
