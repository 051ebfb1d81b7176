// What the keys under `auth` mean for each other: what is missing, what contradicts, each said with what is allowed. Looks at
// values that may be of any type, so that these problems are told beside all others.

import { DEFAULT_TENANT, PROVIDERS, TENANTS_OF_MANY } from './oauth2-providers.ts';
import { SECRET_ALLOWED } from './secret-schema.ts';

export interface AuthProblem {
  readonly path: string[];
  readonly message: string;
  readonly input: unknown;
}

type Unchecked = Readonly<Record<string, unknown>>;

const TOKEN_METHODS: readonly unknown[] = ['xoauth2', 'oauthbearer'];
const URL_KEYS = ['tokenUrl', 'authorizationUrl', 'deviceUrl'] as const;

/** @param account as it stands in the file */
export function problemsOfAuth({ auth, allowPrivateNetwork }: Unchecked): AuthProblem[] {
  if (!isObject(auth)) return [];
  const { password, oauth2, method } = auth;
  const problems: AuthProblem[] = [];
  const report = (key: string, message: string): void => {
    problems.push({ path: ['auth', key], message, input: auth[key] });
  };
  if (password === undefined && oauth2 === undefined) report('password', `${SECRET_ALLOWED}; or oauth2`);
  if (password !== undefined && oauth2 !== undefined) report('oauth2', 'expected either password or oauth2');
  const isOfToken = typeof method === 'string' && TOKEN_METHODS.includes(method.toLowerCase());
  if (password !== undefined && isOfToken) report('method', `${method} needs oauth2, not a password`);
  if (oauth2 !== undefined && typeof method === 'string' && !isOfToken)
    report('method', 'expected xoauth2 or oauthbearer: the others need a password, not oauth2');
  if (!isObject(oauth2)) return problems;
  const found = [...problemsOfEndpoints(oauth2), ...problemsOfGrant(oauth2)];
  for (const key of URL_KEYS) {
    const wrong = problemOfUrl(oauth2[key], allowPrivateNetwork === true);
    if (wrong !== undefined) found.push([key, wrong]);
  }
  return [
    ...problems,
    ...found.map(([key, message]) => ({ path: ['auth', 'oauth2', key], message, input: oauth2[key] })),
  ];
}

type Found = [key: string, message: string];

function problemsOfEndpoints(oauth2: Unchecked): Found[] {
  const { provider, tenant, tokenUrl } = oauth2;
  const found: Found[] = [];
  if (provider === undefined) {
    if (tokenUrl === undefined)
      found.push(['tokenUrl', `expected a URL, or provider: ${PROVIDERS.join(' or ')}`]);
  } else {
    for (const key of URL_KEYS) {
      if (oauth2[key] === undefined) continue;
      found.push([key, `expected nothing: that provider has its own; for others leave provider out`]);
    }
  }
  if (tenant !== undefined && provider !== 'microsoft')
    found.push(['tenant', 'expected nothing: only provider: microsoft has tenants']);
  return found;
}

function problemsOfGrant(oauth2: Unchecked): Found[] {
  const { provider, grant = 'refreshToken', clientSecret, refreshToken } = oauth2;
  if (grant === 'clientCredentials') return problemsOfClientCredentials(oauth2);
  if (grant !== 'refreshToken') return [];
  const found: Found[] = [];
  if (refreshToken === undefined)
    found.push(['refreshToken', `${SECRET_ALLOWED}: mailferry login puts the refresh token there`]);
  if (provider === 'google' && clientSecret === undefined)
    found.push(['clientSecret', `${SECRET_ALLOWED}: Google gives every desktop client one, and asks for it`]);
  return found;
}

function problemsOfClientCredentials(oauth2: Unchecked): Found[] {
  const { provider, tenant = DEFAULT_TENANT, clientSecret, refreshToken } = oauth2;
  const found: Found[] = [];
  if (provider === 'google')
    found.push(['grant', 'expected refreshToken: Google has no client credentials for mailboxes']);
  if (provider === 'microsoft' && TENANTS_OF_MANY.includes(String(tenant)))
    found.push([
      'tenant',
      'expected the id or a domain of one tenant: with clientCredentials nobody logs in',
    ]);
  if (clientSecret === undefined)
    found.push(['clientSecret', `${SECRET_ALLOWED}: clientCredentials are clientId and clientSecret`]);
  if (refreshToken !== undefined)
    found.push(['refreshToken', 'expected nothing: with clientCredentials there is none']);
  for (const key of ['authorizationUrl', 'deviceUrl'] as const) {
    if (provider === undefined && oauth2[key] !== undefined)
      found.push([key, 'expected nothing: with clientCredentials nobody logs in']);
  }
  return found;
}

const URL_ALLOWED = 'expected an https: URL without a user name, a password or a fragment';

/** RFC 6749 sections 3.1 and 3.2: TLS, and no fragment. Clear text may not leave this machine, whatever the file says. */
function problemOfUrl(value: unknown, allowPrivateNetwork: boolean): string | undefined {
  if (typeof value !== 'string') return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || value.includes('#'))
    return URL_ALLOWED;
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return URL_ALLOWED;
  if (isLoopback(url.hostname) && allowPrivateNetwork) return undefined;
  return `${URL_ALLOWED}; http: only to this very machine (127.0.0.1, [::1], localhost), with allowPrivateNetwork: true`;
}

/** @param hostname as URL writes it: an IPv4 address in four numbers, whatever was given */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

function isObject(value: unknown): value is Unchecked {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
