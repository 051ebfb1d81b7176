// An authorization server as the library sees it, spoken to by our own exchange. Knows how a client shows who it is, and what
// each answer means. Never hands on an error of the library: it holds the answer, and the answer holds tokens.

import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  None,
  ResponseBodyError,
} from 'oauth4webapi';
import type { AuthorizationServer, Client, ClientAuth, TokenEndpointResponse } from 'oauth4webapi';
import { Secret } from '../core/secret.ts';
import type { IssuedTokens, TokenClient } from '../ports/access.ts';
import { exchangeFailed, tokenRefused, tokenUnavailable } from './oauth2-errors.ts';
import type { OAuth2Error, RequestFacts } from './oauth2-errors.ts';
import { exchange } from './oauth2-exchange.ts';
import type { ExchangeOptions } from './oauth2-exchange.ts';

export type ServerOptions = Omit<ExchangeOptions, 'allowPrivateNetwork'>;

/** What the functions of the library want. */
export interface Parties {
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly authentication: ClientAuth;
  readonly options: {
    readonly [customFetch]: (url: string, init: Init) => Promise<Response>;
    readonly [allowInsecureRequests]: boolean;
  };
}

interface Init {
  readonly body: URLSearchParams | undefined;
  readonly headers: Record<string, string>;
  readonly method: string;
}

export interface Question<Answer> {
  /** For errors. */
  readonly facts: RequestFacts;
  readonly send: (parties: Parties) => Promise<Response>;
  readonly read: (parties: Parties, response: Response) => Promise<Answer>;
}

export class OAuth2Server {
  readonly #parties: Omit<Parties, 'authentication'>;
  /** RFC 6749 section 2.3.1 has two ways: providers document the first, a few servers know the second alone. */
  readonly #ways: readonly ClientAuth[];

  constructor(
    { tokenUrl, clientId, clientSecret, allowPrivateNetwork }: TokenClient,
    options: ServerOptions,
    deviceUrl?: string,
  ) {
    const server = {
      issuer: new URL(tokenUrl).origin,
      token_endpoint: tokenUrl,
      ...(deviceUrl !== undefined && { device_authorization_endpoint: deviceUrl }),
    };
    const fetch = async (url: string, { method, headers, body }: Init): Promise<Response> =>
      await withoutIdToken(
        await exchange(
          new URL(url),
          { method, headers, body: String(body ?? '') },
          { ...options, allowPrivateNetwork },
        ),
      );
    this.#parties = {
      server,
      client: { client_id: clientId },
      // Where clear text is allowed at all is for the configuration to say.
      options: { [customFetch]: fetch, [allowInsecureRequests]: true },
    };
    const secret = clientSecret?.reveal();
    this.#ways = secret === undefined ? [None()] : [ClientSecretPost(secret), ClientSecretBasic(secret)];
  }

  /**
   * @returns the answer, or what the server says instead of it (RFC 6749 section 5.2)
   * @throws TOKEN_UNAVAILABLE, ADDRESS_NOT_ALLOWED
   */
  async ask<Answer>(question: Question<Answer>): Promise<Answer | { readonly refused: OAuth2Error }> {
    let answer: Answer | { readonly refused: OAuth2Error } | undefined;
    for (const authentication of this.#ways) {
      answer = await askOnce(question, { ...this.#parties, authentication });
      if (!isRefusal(answer) || answer.refused.error !== 'invalid_client') return answer;
    }
    if (answer === undefined) throw new Error('there is no way for a client to show who it is');
    return answer;
  }

  /** @throws TOKEN_REFUSED, TOKEN_UNAVAILABLE, ADDRESS_NOT_ALLOWED */
  async askForTokens(question: Question<TokenEndpointResponse>): Promise<IssuedTokens> {
    const answer = await this.ask(question);
    if (isRefusal(answer)) throw tokenRefused(question.facts, answer.refused);
    return toIssued(question.facts, answer);
  }
}

export function isRefusal(answer: unknown): answer is { readonly refused: OAuth2Error } {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}

async function askOnce<Answer>(
  { facts, send, read }: Question<Answer>,
  parties: Parties,
): Promise<Answer | { readonly refused: OAuth2Error }> {
  let response: Response;
  try {
    response = await send(parties);
  } catch (error) {
    throw exchangeFailed(facts, error);
  }
  const { status } = response;
  if (status >= 500 || status === 429 || status === 408) throw tokenUnavailable(facts, `HTTP ${status}`);
  try {
    return await read(parties, response);
  } catch (error) {
    if (error instanceof ResponseBodyError) {
      const refused = { error: error.error, description: error.error_description };
      if (!PASSING.includes(refused.error)) return { refused };
      throw tokenUnavailable(facts, `HTTP ${status}, ${refused.error}`);
    }
    // Whatever the library says quotes the answer, or keeps it.
    throw tokenUnavailable(facts, `HTTP ${status}, with an answer that is none of OAuth2's`);
  }
}

/** RFC 6749 section 4.1.2.1 has them for another place; servers give them here as well. */
const PASSING = ['temporarily_unavailable', 'server_error'];

/** RFC 6749 appendix A.12 and RFC 6750 section 2.1. */
const ACCESS_TOKEN = /^[\x21-\x7e]+$/;

export function toIssued(
  facts: Pick<RequestFacts, 'url'>,
  { access_token, token_type, expires_in, refresh_token }: TokenEndpointResponse,
): IssuedTokens {
  if (token_type !== 'bearer') throw tokenUnavailable(facts, 'it gave a token that is no bearer token');
  if (!ACCESS_TOKEN.test(access_token))
    throw tokenUnavailable(facts, 'it gave a token that is no visible ASCII');
  return {
    accessToken: new Secret(access_token),
    lifetimeMs: expires_in === undefined ? undefined : expires_in * 1000,
    refreshToken: refresh_token === undefined ? undefined : new Secret(refresh_token),
  };
}

/** Who somebody is does not matter here, and would have to be proved with keys that we do not fetch. */
async function withoutIdToken(response: Response): Promise<Response> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  if (typeof body !== 'object' || body === null || !('id_token' in body)) return response;
  const { id_token: _, ...rest } = body;
  return Response.json(rest, { status: response.status });
}
