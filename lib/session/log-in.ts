// From AUTHORIZATION to TRANSACTION state: the strongest login that server and account have in common, tried once. A password
// that was refused is not tried again in another way: servers count.

import type { Account } from '../core/account.ts';
import { TIMEOUTS_MS } from '../core/limits.ts';
import { apopDigest } from '../core/pop3/apop.ts';
import type { Capabilities } from '../core/pop3/capabilities.ts';
import { chooseLogin } from '../core/pop3/choose-login.ts';
import type { LoginCandidate, LoginSituation } from '../core/pop3/choose-login.ts';
import { loginCutOff, loginError } from '../core/pop3/failed-login.ts';
import { mayTryNext } from '../core/pop3/may-try-next.ts';
import { noLoginError } from '../core/pop3/no-login.ts';
import type { Reply } from '../core/pop3/reply.ts';
import type { TokenRefusal } from '../core/pop3/sasl/sasl-exchange.ts';
import { isPreparable } from '../core/pop3/sasl/scram.ts';
import { startExchange } from '../core/pop3/sasl/start-exchange.ts';
import type { SaslMethod } from '../core/pop3/sasl/start-exchange.ts';
import type { Secret } from '../core/secret.ts';
import type { Access } from '../ports/access.ts';
import type { LoginTools } from '../ports/pop3.ts';
import { authenticate } from './authenticate.ts';
import { ClosedByServer } from './closed-by-server.ts';
import type { Conversation } from './conversation.ts';

export interface Login {
  readonly mailbox: Pick<Account, 'host' | 'port' | 'tls' | 'user'> & {
    readonly auth: Pick<Account['auth'], 'method'>;
  };
  readonly credential: Access['credential'];
  readonly tools: LoginTools;
  /** Of CAPA in the present state; `undefined` if it was not asked for, or the server has none. */
  readonly capabilities: Capabilities | undefined;
  /** Of a greeting that came under the protection there is now. */
  readonly apopTimestamp: string | undefined;
}

/** How one attempt ended. */
interface Attempt {
  /** As an error names it. */
  readonly command: string;
  readonly reply: Reply;
  readonly isSecretSpent: boolean;
  readonly tokenRefusal?: TokenRefusal | undefined;
}

/** @throws LoginError (POP3_AUTH_FAILED, POP3_MAILDROP_BUSY, ...), POP3_COMMAND_INVALID, POP3_PROTOCOL, POP3_TIMEOUT */
export async function logIn(conversation: Conversation, login: Login): Promise<LoginCandidate> {
  const { credential, capabilities } = login;
  conversation.wire.mask.add(secretOf(credential));
  const choice = chooseLogin(situationOf(conversation, login));
  if ('refused' in choice) throw noLoginError(choice);
  const candidates = [...choice.candidates];
  for (;;) {
    const candidate = candidates.shift();
    if (!candidate) throw new Error('a choice of logins has at least one');
    const attempt = await tryOne(conversation, candidate, login);
    const { reply, command, isSecretSpent, tokenRefusal } = attempt;
    if (reply.status === 'ok') {
      conversation.state = 'transaction';
      return candidate;
    }
    const isLast = candidates.length === 0 || !mayTryNext(reply, isSecretSpent, capabilities).goesOn;
    if (isLast)
      throw loginError(command, reply, {
        capabilities,
        credential: credential.kind,
        tokenRefusal,
        shown: conversation.shown(reply),
      });
  }
}

function situationOf(conversation: Conversation, login: Login): LoginSituation {
  const { mailbox, credential, tools } = login;
  const { tls } = conversation.wire;
  const secret = secretOf(credential);
  return {
    credential: credential.kind,
    capabilities: login.capabilities,
    apopTimestamp: login.apopTimestamp,
    isProtected: tls !== undefined,
    allowsClearText: mailbox.tls === 'none',
    wanted: mailbox.auth.method,
    canBindChannel: (tls?.channelBindings.length ?? 0) > 0,
    isAscii: /^[\x20-\x7e]*$/.test(mailbox.user + secret.reveal()),
    isPreparable: isPreparable(tools, mailbox.user, secret),
  };
}

async function tryOne(
  conversation: Conversation,
  { method, tellsOfBinding }: LoginCandidate,
  login: Login,
): Promise<Attempt> {
  if (method === 'USER') return await tryUserPass(conversation, login);
  if (method === 'APOP') return await tryApop(conversation, login);
  return await trySasl(conversation, method, tellsOfBinding, login);
}

/** `+OK` to USER says nothing about the user (RFC 1939 section 7). */
async function tryUserPass(conversation: Conversation, { mailbox, credential }: Login): Promise<Attempt> {
  const greeted = await beforeEnd('USER', false, async () => await ask(conversation, 'USER', mailbox.user));
  if (greeted.status !== 'ok') return { command: 'USER', reply: greeted, isSecretSpent: false };
  const password = secretOf(credential).reveal();
  const reply = await beforeEnd('PASS', true, async () => await ask(conversation, 'PASS', password, true));
  return { command: 'PASS', reply, isSecretSpent: true };
}

async function tryApop(
  conversation: Conversation,
  { mailbox, credential, apopTimestamp, tools }: Login,
): Promise<Attempt> {
  const digest = apopDigest(apopTimestamp ?? '', secretOf(credential), tools);
  conversation.wire.mask.addLine(digest);
  const reply = await beforeEnd(
    'APOP',
    true,
    async () => await ask(conversation, 'APOP', `${mailbox.user} ${digest}`, true),
  );
  return { command: 'APOP', reply, isSecretSpent: true };
}

/** Which channel binding a server takes it does not say: one that is refused before anything is proven is followed by the next. */
async function trySasl(
  conversation: Conversation,
  method: SaslMethod,
  tellsOfBinding: boolean,
  { mailbox, credential, tools }: Login,
): Promise<Attempt> {
  const bindings = method.endsWith('-PLUS') ? [...(conversation.wire.tls?.channelBindings ?? [])] : [];
  for (;;) {
    const exchange = startExchange(method, {
      user: mailbox.user,
      credential,
      host: mailbox.host,
      port: mailbox.port,
      nonce: tools.newNonce(),
      channelBinding: bindings.shift(),
      tellsOfBinding,
      tools,
    });
    const command = `AUTH ${exchange.mechanism}`;
    const reply = await beforeEnd(
      command,
      () => exchange.isSecretSpent,
      async () => await authenticate(conversation, exchange),
    );
    const isOver = reply.status === 'ok' || exchange.isSecretSpent || bindings.length === 0;
    const { isSecretSpent, tokenRefusal } = exchange;
    if (isOver) return { command, reply, isSecretSpent, tokenRefusal };
  }
}

async function ask(
  conversation: Conversation,
  keyword: 'USER' | 'PASS' | 'APOP',
  argument: string,
  isSecret = false,
): Promise<Reply> {
  return await conversation.ask({ keyword, argument, isSecret }, TIMEOUTS_MS.login);
}

/** A server may close the connection instead of saying no (RFC 1939 section 4). */
async function beforeEnd(
  command: string,
  isSecretSpent: boolean | (() => boolean),
  step: () => Promise<Reply>,
): Promise<Reply> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof ClosedByServer)) throw error;
    const isSpent = typeof isSecretSpent === 'boolean' ? isSecretSpent : isSecretSpent();
    throw loginCutOff(command, isSpent, error);
  }
}

function secretOf(credential: Access['credential']): Secret {
  return credential.kind === 'password' ? credential.password : credential.token;
}
