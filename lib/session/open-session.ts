// From a mailbox to a session in TRANSACTION state: dial, greeting, TLS where it comes second, login; all of it in one time.

import type { Account, ProxyRef } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { TIMEOUTS_MS } from '../core/limits.ts';
import { parseApopTimestamp } from '../core/pop3/apop.ts';
import type { Capabilities } from '../core/pop3/capabilities.ts';
import type { LoginCandidate } from '../core/pop3/choose-login.ts';
import type { Access } from '../ports/access.ts';
import type { DialTarget, Pop3Ports, TlsFacts } from '../ports/pop3.ts';
import { ClosedByServer } from './closed-by-server.ts';
import { Conversation } from './conversation.ts';
import { logIn } from './log-in.ts';
import { Pop3Session } from './pop3-session.ts';
import { readGreeting } from './read-greeting.ts';
import { SecretMask } from './secret-mask.ts';
import { Wire } from './wire.ts';

/** Of an account what a session has to do with. */
export type Mailbox = Pick<
  Account,
  'host' | 'port' | 'tls' | 'caFile' | 'caPem' | 'pins' | 'allowPrivateNetwork' | 'user'
> & {
  readonly auth: Pick<Account['auth'], 'method'>;
  readonly proxy: Pick<ProxyRef, 'url'> | undefined;
};

/** What comes to light on the way to a session. */
export interface SessionFacts {
  /** Safe to print. */
  readonly greeting: string;
  readonly tls: TlsFacts;
  /** Of CAPA before login, under the protection that the login has; `undefined`: the server has no CAPA. */
  readonly capabilities: Capabilities | undefined;
  /** Which succeeded, and why it was taken. */
  readonly login: LoginCandidate;
}

/** Told at once, so that what is known is known of a session that never comes to be. Must not throw. */
export type FactsObserver = (facts: Partial<SessionFacts>) => void;

/**
 * The returned session belongs to the caller, who ends it with `quit` or `drop`; on an error the connection is closed here.
 * @param signal aborting it, at any later time too, closes the connection
 * @throws what Dialer.dial and logIn throw; STLS_REFUSED, TLS_HANDSHAKE_FAILED, TLS_CERTIFICATE_REFUSED, POP3_UNAVAILABLE,
 *         POP3_PROTOCOL, POP3_TIMEOUT
 */
export async function openSession(
  mailbox: Mailbox,
  access: Access,
  ports: Pop3Ports,
  signal: AbortSignal,
  observer?: FactsObserver,
): Promise<Pop3Session> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(tooLong(mailbox)), TIMEOUTS_MS.attempt);
  const either = AbortSignal.any([signal, deadline.signal]);
  const way = { mailbox, access, ports, observer, asksCapa: true };
  try {
    return await attempt(way, either);
  } catch (error) {
    if (!(error instanceof EndedAtCapa)) throw error;
    return await attempt({ ...way, asksCapa: false }, either);
  } finally {
    clearTimeout(timer);
  }
}

interface Way {
  readonly mailbox: Mailbox;
  readonly access: Access;
  readonly ports: Pop3Ports;
  readonly observer: FactsObserver | undefined;
  readonly asksCapa: boolean;
}

async function attempt(way: Way, signal: AbortSignal): Promise<Pop3Session> {
  const target = toDialTarget(way.mailbox, way.access);
  const connection = await way.ports.dialer.dial(target, signal);
  const wire = new Wire(connection, {
    mask: new SecretMask(),
    trace: way.ports.trace?.(target),
    clock: () => performance.now(),
  });
  try {
    return await begin(new Conversation(wire), way);
  } catch (error) {
    wire.close();
    throw error;
  }
}

async function begin(conversation: Conversation, { mailbox, ...way }: Way): Promise<Pop3Session> {
  const { observer } = way;
  const { wire } = conversation;
  const session = new Pop3Session(conversation);
  if (wire.tls) observer?.({ tls: wire.tls });
  const greeting = await readGreeting(wire);
  observer?.({ greeting: greeting.text });
  const isUpgraded = mailbox.tls === 'starttls';
  if (isUpgraded) await startTls(conversation);
  if (isUpgraded && wire.tls) observer?.({ tls: wire.tls });
  const capabilities = way.asksCapa ? await askCapa(session, isUpgraded) : undefined;
  // It gets one answer with nothing behind it. QUIRK(courier): commands injected before the handshake are answered after it,
  // and could have logged us in to somebody else's mailbox.
  wire.assertInStep('the login');
  observer?.({ capabilities });
  // Never before STLS (RFC 6856 section 2.1).
  if (capabilities?.has('UTF8')) await askForUtf8(conversation);
  const login = await logIn(conversation, {
    mailbox,
    credential: way.access.credential,
    tools: way.ports.login,
    capabilities,
    // What was said in clear is worthless after STLS (RFC 2595 section 4).
    apopTimestamp: isUpgraded ? undefined : parseApopTimestamp(greeting.line),
  });
  observer?.({ login });
  return session;
}

/** STLS is sent whether or not CAPA offers it: an attacker could have edited that answer. */
async function startTls(conversation: Conversation): Promise<void> {
  const reply = await conversation.ask({ keyword: 'STLS' }, TIMEOUTS_MS.command);
  if (reply.status === 'ok') {
    await conversation.wire.startTls();
    return;
  }
  throw new MailferryError(
    `STLS was refused: "${conversation.shown(reply)}"; this account allows no connection without TLS`,
    {
      code: 'STLS_REFUSED',
      scope: 'account',
      retryable: false,
      hint: 'use "tls: implicit" with port 995 if the server offers it',
    },
  );
}

/**
 * QUIRK(twisted): a server that breaks or hangs at CAPA, which is optional, may be well otherwise: it is dialled again
 * without. Never after STLS: there nothing else tells that no command was injected before the handshake.
 */
class EndedAtCapa extends Error {}

async function askCapa(session: Pop3Session, isNeeded: boolean): Promise<Capabilities | undefined> {
  try {
    return await session.capabilities();
  } catch (error) {
    const isStuck = error instanceof MailferryError && error.code === 'POP3_TIMEOUT';
    if (isNeeded || !(isStuck || error instanceof ClosedByServer)) throw error;
    throw new EndedAtCapa(error.message, { cause: error });
  }
}

/**
 * Mail as it is, and not in a form made for clients without UTF-8 (RFC 6856 section 2). QUIRK(courier): that form has
 * another boundary at each RETR, so one message would be stored many times. Whoever refuses it has no other form to give.
 */
async function askForUtf8(conversation: Conversation): Promise<void> {
  const reply = await conversation.ask({ keyword: 'UTF8' }, TIMEOUTS_MS.command);
  conversation.refusal('UTF8', reply, 'session');
}

function tooLong({ host, port }: Mailbox): MailferryError {
  return new MailferryError(
    `no session at ${host}:${port} within ${TIMEOUTS_MS.attempt / 1000} s, counted from dialling to the end of login`,
    { code: 'POP3_TIMEOUT', scope: 'session', retryable: true },
  );
}

export function toDialTarget(mailbox: Mailbox, { clientCertificate, proxyPassword }: Access): DialTarget {
  const { host, port, tls, caFile, caPem, pins, proxy, allowPrivateNetwork } = mailbox;
  return {
    host,
    port,
    tls,
    caFile,
    caPem,
    pins,
    clientCertificate,
    proxy: proxy && { url: proxy.url, password: proxyPassword },
    allowPrivateNetwork,
  };
}
