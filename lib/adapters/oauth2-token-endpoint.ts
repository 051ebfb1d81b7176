// The TokenEndpoint port over oauth4webapi: the grants by which a program gets access tokens with nobody there (RFC 6749 sections
// 4.4 and 6). Loaded late: most accounts have passwords.

import {
  clientCredentialsGrantRequest,
  processClientCredentialsResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
} from 'oauth4webapi';
import type { TokenEndpointResponse } from 'oauth4webapi';
import type { IssuedTokens, TokenClient, TokenEndpoint, TokenGrant } from '../ports/access.ts';
import { OAuth2Server } from './oauth2-server.ts';
import type { Question, ServerOptions } from './oauth2-server.ts';

export class OAuth2TokenEndpoint implements TokenEndpoint {
  readonly #options: ServerOptions;

  constructor(options: ServerOptions = {}) {
    this.#options = options;
  }

  async issue(client: TokenClient, grant: TokenGrant): Promise<IssuedTokens> {
    const server = new OAuth2Server(client, this.#options);
    return await server.askForTokens(
      grant.kind === 'refresh-token' ? refreshing(client, grant) : asProgram(client),
    );
  }
}

function refreshing(
  { tokenUrl, clientSecret, scope }: TokenClient,
  { refreshToken }: Extract<TokenGrant, { kind: 'refresh-token' }>,
): Question<TokenEndpointResponse> {
  const additionalParameters = scope === undefined ? {} : { scope };
  return {
    facts: { url: tokenUrl, secrets: [clientSecret, refreshToken] },
    send: async ({ server, client, authentication, options }) =>
      await refreshTokenGrantRequest(server, client, authentication, refreshToken.reveal(), {
        ...options,
        additionalParameters,
      }),
    read: async ({ server, client }, response) => await processRefreshTokenResponse(server, client, response),
  };
}

function asProgram({ tokenUrl, clientSecret, scope }: TokenClient): Question<TokenEndpointResponse> {
  return {
    facts: { url: tokenUrl, secrets: [clientSecret] },
    send: async ({ server, client, authentication, options }) =>
      await clientCredentialsGrantRequest(
        server,
        client,
        authentication,
        scope === undefined ? {} : { scope },
        options,
      ),
    read: async ({ server, client }, response) =>
      await processClientCredentialsResponse(server, client, response),
  };
}
