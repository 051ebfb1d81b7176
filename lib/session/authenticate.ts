// AUTH (RFC 5034): the lines of a SASL exchange, whatever the mechanism. What is sent never shows in the trace.

import { MailferryError } from '../core/errors.ts';
import { MAX_COMMAND_OCTETS, TIMEOUTS_MS } from '../core/limits.ts';
import { meaningOf } from '../core/pop3/refusal-meaning.ts';
import type { RefusalMeaning } from '../core/pop3/refusal-meaning.ts';
import type { Reply } from '../core/pop3/reply.ts';
import type { SaslExchange } from '../core/pop3/sasl/sasl-exchange.ts';
import type { Conversation } from './conversation.ts';

/** No mechanism takes more than three. Stops: a server that asks for ever. */
const MAX_CHALLENGES = 10;
const EMPTY = '=';
const CANCEL = '*';

/** Said of the line, not of the secret in it. */
const ABOUT_THE_FORM =
  /\b((line|command|argument|parameter|response)( is)? too long|too (many|long) (argument|parameter)|syntax|(unexpected|invalid|wrong number of|no) argument|initial response)/i;
/** A refusal that may mean any of these is never taken for one of the form: the secret must not go out twice. */
const ABOUT_THE_LOGIN: readonly RefusalMeaning[] = ['credential', 'suspended', 'busy', 'too-soon', 'capped'];

/**
 * @returns the last answer: `ok`, with the proof of the server checked if the mechanism has one, or `error`
 * @throws what the exchange throws, after it was cancelled; POP3_PROTOCOL, POP3_TIMEOUT, POP3_CONNECTION_LOST
 */
export async function authenticate(conversation: Conversation, exchange: SaslExchange): Promise<Reply> {
  const reply = await begin(conversation, exchange);
  if (reply.status !== 'ok') return reply;
  conversation.wire.guard(() => exchange.finish());
  return reply;
}

async function begin(conversation: Conversation, exchange: SaslExchange): Promise<Reply> {
  const { mechanism, initialResponse } = exchange;
  const inline = initialResponse && encode(initialResponse);
  const fits = inline !== undefined && `AUTH ${mechanism} ${inline}\r\n`.length <= MAX_COMMAND_OCTETS;
  if (!fits) return await beginBare(conversation, exchange);
  conversation.wire.mask.addLine(inline);
  const first = await conversation.ask(
    { keyword: 'AUTH', argument: `${mechanism} ${inline}`, isSecret: true },
    TIMEOUTS_MS.login,
  );
  // QUIRK(exchange online, old servers): they take the first response on a line of its own only.
  const isForm =
    first.status === 'error' &&
    !first.responseCode &&
    ABOUT_THE_FORM.test(first.text) &&
    !ABOUT_THE_LOGIN.includes(meaningOf(first));
  return isForm ? await beginBare(conversation, exchange) : await goOn(conversation, exchange, first);
}

async function beginBare(conversation: Conversation, exchange: SaslExchange): Promise<Reply> {
  const { mechanism, initialResponse } = exchange;
  const first = await conversation.ask({ keyword: 'AUTH', argument: mechanism }, TIMEOUTS_MS.login);
  if (initialResponse === undefined || first.status === 'error') {
    return await goOn(conversation, exchange, first);
  }
  if (first.status === 'ok') throw conversation.wire.fail(tooSoon(mechanism));
  const second = await conversation.respond(
    Buffer.from(initialResponse).toString('base64'),
    TIMEOUTS_MS.login,
  );
  return await goOn(conversation, exchange, second);
}

async function goOn(conversation: Conversation, exchange: SaslExchange, first: Reply): Promise<Reply> {
  let reply = first;
  for (let challenges = 0; reply.status === 'continue'; challenges += 1) {
    if (challenges === MAX_CHALLENGES) throw conversation.wire.fail(endless(exchange.mechanism));
    const response = await respondTo(reply, conversation, exchange);
    reply = await conversation.respond(response, TIMEOUTS_MS.login);
  }
  return reply;
}

async function respondTo(reply: Reply, conversation: Conversation, exchange: SaslExchange): Promise<string> {
  try {
    return Buffer.from(exchange.respond(decode(reply.said))).toString('base64');
  } catch (error) {
    // What was wrong with the exchange matters, and not how the server takes it.
    await conversation.respond(CANCEL, TIMEOUTS_MS.command).catch(() => undefined);
    throw error;
  }
}

/** An empty first response on the line of AUTH has a sign of its own (RFC 5034 section 4). */
function encode(response: Uint8Array): string {
  return response.length === 0 ? EMPTY : Buffer.from(response).toString('base64');
}

/** QUIRK(inetsim): `+ Go on`; what is no base64 is no challenge. */
function decode(said: string): Uint8Array {
  const text = said.trim();
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  return isBase64 ? Buffer.from(text, 'base64') : new Uint8Array(0);
}

function endless(mechanism: string): MailferryError {
  return new MailferryError(`AUTH ${mechanism}: more than ${MAX_CHALLENGES} challenges`, {
    code: 'POP3_LIMIT_EXCEEDED',
    scope: 'session',
    retryable: true,
  });
}

/** QUIRK(exchange 2003): `+OK` where `+` is meant. Nothing was proven yet, so it is no success. */
function tooSoon(mechanism: string): MailferryError {
  return new MailferryError(`AUTH ${mechanism}: +OK came before anything was sent to log in with`, {
    code: 'POP3_PROTOCOL',
    scope: 'session',
    retryable: true,
    hint: 'name another auth.method for this account',
  });
}
