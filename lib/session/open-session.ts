// From an account to a session in TRANSACTION state: dial, greeting, TLS where it comes second, login.

import type { Account } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { MAX_STATUS_LINE_OCTETS, TIMEOUTS_MS } from '../core/limits.ts';
import { parseReply } from '../core/pop3/reply.ts';
import type { Secret } from '../core/secret.ts';
import type { Dialer } from '../ports.ts';
import { Pop3Session } from './pop3-session.ts';
import { Wire } from './wire.ts';

/**
 * The returned session belongs to the caller, who ends it with `quit` or `drop`; on an error the connection is closed here.
 * @param signal aborting it, at any later time too, closes the connection
 * @throws what Dialer.dial, Pop3Session.startTls and Pop3Session.login throw; POP3_UNAVAILABLE, POP3_PROTOCOL, POP3_TIMEOUT
 */
export async function openSession(
  account: Account,
  password: Secret,
  dialer: Dialer,
  signal: AbortSignal,
): Promise<Pop3Session> {
  const connection = await dialer.dial(account, signal);
  try {
    const wire = new Wire(connection);
    await readGreeting(wire);
    const session = new Pop3Session(wire);
    if (account.tls === 'starttls') await startTls(session, wire);
    await session.login(account.user, password);
    return session;
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function readGreeting(wire: Wire): Promise<void> {
  const line = await wire.readLine(MAX_STATUS_LINE_OCTETS, TIMEOUTS_MS.greeting, 'the greeting');
  const greeting = parseReply(line);
  if (greeting.status === 'ok') return;
  throw new MailferryError(`the server greets with a refusal: "${greeting.text}"`, {
    code: 'POP3_UNAVAILABLE',
    scope: 'session',
    retryable: true,
    hint: 'the server takes no connections just now: run again later',
  });
}

/**
 * STLS is sent whether or not CAPA offers it: an attacker could have edited that answer. The CAPA afterwards must get
 * one answer with nothing behind it. QUIRK(courier): commands injected before the handshake are answered after it, and
 * could have logged us in to somebody else's mailbox.
 */
async function startTls(session: Pop3Session, wire: Wire): Promise<void> {
  await session.startTls();
  await session.capabilities();
  wire.assertInStep('the login');
}
