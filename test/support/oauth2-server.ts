// A real authorization server (oidc-provider) on loopback, in clear text, with a client for each way to get tokens. It forgets
// everything when it is closed.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';

export interface RunningOAuth2Server extends AsyncDisposable {
  readonly tokenUrl: string;
  readonly authorizationUrl: string;
  readonly deviceUrl: string;
  /** What was asked at the token endpoint, in order: `grant_type` and, if it was refused, the error. */
  readonly requests: readonly string[];
  /** Answers in its place; `undefined` lets the server answer. Asked for each request. */
  instead: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Whatever was given to this person is worth nothing from now on. */
  revokeAll(): Promise<void>;
}

export interface OAuth2ServerOptions {
  /** Of access tokens. Default: an hour. */
  readonly lifetimeS?: number;
  /** A refresh token is replaced whenever it is used, and using it twice revokes all. Default: true. */
  readonly rotates?: boolean;
}

/** Everybody’s secret, here. */
export const CLIENT_SECRET = 'client-secret-that-must-never-be-shown';
export const PERSON = 'ann';
export const SCOPE = 'openid offline_access';

const HOST = '127.0.0.1';
const NATIVE = { application_type: 'native', redirect_uris: ['http://127.0.0.1'] } as const;
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

// It says at length, whenever one is used first, that its defaults are for tests.
for (const way of ['info', 'warn'] as const) {
  const say = console[way].bind(console);
  console[way] = (...words: unknown[]) => {
    if (!String(words[0]).includes('oidc-provider')) say(...words);
  };
}

/** By the way it shows who it is. */
const CLIENTS = [
  {
    ...NATIVE,
    client_id: 'desktop',
    client_secret: CLIENT_SECRET,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['authorization_code', 'refresh_token'],
  },
  {
    ...NATIVE,
    client_id: 'basic',
    client_secret: CLIENT_SECRET,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token'],
  },
  {
    ...NATIVE,
    client_id: 'device',
    token_endpoint_auth_method: 'none',
    grant_types: [DEVICE_CODE, 'refresh_token'],
    redirect_uris: [],
    response_types: [],
  },
  {
    client_id: 'program',
    client_secret: CLIENT_SECRET,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  },
] as const;

/** The caller owns the server. */
export async function startOAuth2Server({
  lifetimeS = 3600,
  rotates = true,
}: OAuth2ServerOptions = {}): Promise<RunningOAuth2Server> {
  const http = createServer();
  http.listen(0, HOST);
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const issuer = `http://${HOST}:${address.port}`;
  const requests: string[] = [];
  const provider = new Provider(issuer, settings(lifetimeS, rotates));
  provider.on('grant.success', ({ oidc }) => requests.push(String(oidc.params?.['grant_type'])));
  provider.on('grant.error', ({ oidc }, error) =>
    requests.push(`${String(oidc.params?.['grant_type'])} ${error.message}`),
  );
  const answer = provider.callback();
  const server: RunningOAuth2Server = {
    tokenUrl: `${issuer}/token`,
    authorizationUrl: `${issuer}/auth`,
    deviceUrl: `${issuer}/device/auth`,
    requests,
    instead: undefined,
    revokeAll: async () => {
      for (const id of grants) await provider.Grant.adapter.revokeByGrantId(id);
    },
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  const grants = new Set<string>();
  provider.on('grant.success', ({ oidc }) => {
    const id = oidc.entities.Grant?.jti;
    if (id !== undefined) grants.add(id);
  });
  http.on('request', (request, response) => {
    if (server.instead?.(request, response) !== true) void answer(request, response);
  });
  return server;
}

function settings(lifetimeS: number, rotates: boolean): ConstructorParameters<typeof Provider>[1] {
  return {
    clients: CLIENTS.map((client) => ({ ...client, grant_types: [...client.grant_types] })) as never,
    features: { deviceFlow: { enabled: true }, clientCredentials: { enabled: true } },
    pkce: { required: () => true },
    rotateRefreshToken: rotates,
    issueRefreshToken: async () => true,
    ttl: { AccessToken: lifetimeS, ClientCredentials: lifetimeS },
    cookies: { keys: ['of a test'] },
    findAccount: async (_context, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
  };
}
