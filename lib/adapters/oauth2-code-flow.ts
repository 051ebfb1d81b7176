// Tokens for a person who logs in with a browser on this machine (RFC 8252): an address to open, and what is made of the one that
// the browser is sent back to. With PKCE (RFC 7636): the code is of no use to whoever sees it on its way.

import {
  authorizationCodeGrantRequest,
  AuthorizationResponseError,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
  processAuthorizationCodeResponse,
  validateAuthResponse,
} from 'oauth4webapi';
import { Secret } from '../core/secret.ts';
import type { IssuedTokens, TokenClient } from '../ports/access.ts';
import { tokenRefused } from './oauth2-errors.ts';
import type { RequestFacts } from './oauth2-errors.ts';
import { OAuth2Server } from './oauth2-server.ts';
import type { ServerOptions } from './oauth2-server.ts';

export interface CodeFlowTarget {
  readonly authorizationUrl: string;
  /** Where the browser is sent back to: on this machine. */
  readonly redirectUri: string;
}

export class CodeFlow {
  readonly #client: TokenClient;
  readonly #target: CodeFlowTarget;
  readonly #server: OAuth2Server;
  readonly #verifier = new Secret(generateRandomCodeVerifier());
  readonly #state = generateRandomState();

  constructor(client: TokenClient, target: CodeFlowTarget, options: ServerOptions = {}) {
    this.#client = client;
    this.#target = target;
    this.#server = new OAuth2Server(client, options);
  }

  /** What to open in a browser. */
  async url(): Promise<string> {
    const { authorizationUrl, redirectUri } = this.#target;
    const { clientId, scope } = this.#client;
    const url = new URL(authorizationUrl);
    // What the configured address says itself is kept (RFC 6749 section 3.1). Google gives a refresh token only for `offline`,
    // and only to who has just consented; others pass over what they do not know.
    for (const [name, value] of Object.entries({ access_type: 'offline', prompt: 'consent' }))
      if (!url.searchParams.has(name)) url.searchParams.set(name, value);
    const parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      ...(scope !== undefined && { scope }),
      state: this.#state,
      code_challenge: await calculatePKCECodeChallenge(this.#verifier.reveal()),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }

  /** Whether a request to `redirectUri` belongs to this login: others may reach that port too. */
  isAnswer(parameters: URLSearchParams): boolean {
    const states = parameters.getAll('state');
    return states.length === 1 && states[0] === this.#state;
  }

  /**
   * @param parameters of the answer, for which `isAnswer` holds
   * @throws TOKEN_REFUSED, TOKEN_UNAVAILABLE, ADDRESS_NOT_ALLOWED
   */
  async redeem(parameters: URLSearchParams): Promise<IssuedTokens> {
    const { tokenUrl, clientSecret } = this.#client;
    const code = new Secret(parameters.get('code') ?? '');
    const isEmpty = code.reveal() === '' && !parameters.has('error');
    if (isEmpty)
      throw tokenRefused(this.#facts, { error: 'an answer without a code', description: undefined });
    const answer = new URLSearchParams(parameters);
    // Of several servers it would tell which one answers (RFC 9207): there is one, and its name is not configured.
    answer.delete('iss');
    return await this.#server.askForTokens({
      facts: { url: tokenUrl, secrets: [clientSecret, code, this.#verifier] },
      send: async ({ server, client, authentication, options }) =>
        await authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          this.#validated(() => validateAuthResponse(server, client, answer, this.#state)),
          this.#target.redirectUri,
          this.#verifier.reveal(),
          options,
        ),
      read: async ({ server, client }, response) =>
        await processAuthorizationCodeResponse(server, client, response),
    });
  }

  get #facts(): RequestFacts {
    return { url: this.#target.authorizationUrl, secrets: [this.#client.clientSecret, this.#verifier] };
  }

  #validated<T>(validate: () => T): T {
    try {
      return validate();
    } catch (error) {
      const isRefusal = error instanceof AuthorizationResponseError;
      const refused = isRefusal
        ? { error: error.error, description: error.error_description }
        : { error: "an answer that is none of OAuth2's", description: undefined };
      throw tokenRefused(this.#facts, refused);
    }
  }
}
