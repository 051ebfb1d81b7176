// One HTTP request to an authorization server: within a deadline, with an answer of limited size, no redirect followed, TLS 1.2
// or newer, and no way into a private network unless the account says so. What is sent holds secrets: it never leaves in an error.

import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { MailferryError } from '../core/errors.ts';
import { isPrivateAddress } from './private-addresses.ts';
import { systemLookUp } from './resolve-host.ts';
import type { LookUp } from './resolve-host.ts';

/** From looking up the host's name to the last octet of the answer. Stops: a server that is silent, or slow for ever. */
export const TOKEN_TIMEOUT_MS = 30_000;

/** Real answers have 300 to 6,000. Stops: an answer that never ends and fills memory. */
export const MAX_TOKEN_ANSWER_OCTETS = 64 * 1024;

export interface ExchangeOptions {
  readonly allowPrivateNetwork: boolean;
  /** Default: `TOKEN_TIMEOUT_MS`. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Default: the machine's own way. */
  readonly lookUp?: LookUp;
}

export interface OutgoingRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * @returns the answer with its body in memory, and of its headers the type alone
 * @throws ADDRESS_NOT_ALLOWED; what Node throws; the reason of `signal`
 */
export async function exchange(
  url: URL,
  outgoing: OutgoingRequest,
  { allowPrivateNetwork, timeoutMs = TOKEN_TIMEOUT_MS, signal, lookUp = systemLookUp }: ExchangeOptions,
): Promise<Response> {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  const onAbort = (): void => end.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    signal?.throwIfAborted();
    const lookup = await resolve(url, allowPrivateNetwork, lookUp, end.signal);
    return await send(url, outgoing, lookup, end.signal);
  } catch (error) {
    throw end.signal.aborted ? end.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The connection is made to the very addresses that were looked at: a name cannot change its mind in between. */
async function resolve(
  url: URL,
  allowPrivateNetwork: boolean,
  lookUp: LookUp,
  signal: AbortSignal,
): Promise<LookupFunction> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses =
    isIP(host) === 0 ? await unlessAborted(lookUp(host), signal) : [{ address: host, family: isIP(host) }];
  const refused = allowPrivateNetwork
    ? undefined
    : addresses.find(({ address }) => isPrivateAddress(address));
  if (refused !== undefined) throw addressNotAllowed(host, refused.address);
  const [first] = addresses;
  if (first === undefined) throw new Error(`the host name ${host} has no address`);
  return (_hostname, options, callback) => {
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

async function send(
  url: URL,
  { method, headers, body }: OutgoingRequest,
  lookup: LookupFunction,
  signal: AbortSignal,
): Promise<Response> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const octets = Buffer.from(body, 'utf8');
  const answered = Promise.withResolvers<IncomingMessage>();
  const outgoing = request(url, {
    method,
    headers: { ...headers, 'content-length': String(octets.length) },
    // A connection of its own: what is kept open outlives the process's work.
    agent: false,
    minVersion: 'TLSv1.2',
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    lookup,
    signal,
  });
  outgoing.once('response', answered.resolve);
  outgoing.once('error', answered.reject);
  // Also when the server switches to another protocol, of which nobody else tells.
  outgoing.once('close', () => answered.reject(new Error('the connection ended before an answer came')));
  outgoing.end(octets);
  try {
    const answer = await unlessAborted(answered.promise, signal);
    return toResponse(answer, await readAll(answer));
  } finally {
    // After this nobody listens: an error that comes late is none.
    outgoing.on('error', () => undefined);
    outgoing.destroy();
  }
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    octets += chunk.length;
    if (octets > MAX_TOKEN_ANSWER_OCTETS)
      throw new Error(`the answer has more than ${MAX_TOKEN_ANSWER_OCTETS} octets`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toResponse({ statusCode = 0, headers }: IncomingMessage, body: Buffer): Response {
  if (statusCode < 200 || statusCode > 599) throw new Error(`an answer with HTTP status ${statusCode}`);
  const hasNoBody = [204, 205, 304].includes(statusCode);
  const type = headers['content-type'];
  return new Response(hasNoBody ? null : new Uint8Array(body), {
    status: statusCode,
    headers: type === undefined ? {} : { 'content-type': type },
  });
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function addressNotAllowed(host: string, address: string): MailferryError {
  const leadsTo = host === address ? 'is' : `leads to ${address},`;
  return new MailferryError(
    `the authorization server "${host}" ${leadsTo} a loopback, private or link-local address`,
    {
      code: 'ADDRESS_NOT_ALLOWED',
      scope: 'account',
      retryable: false,
      hint: 'set allowPrivateNetwork: true for this account if that server really is on your own network',
    },
  );
}
