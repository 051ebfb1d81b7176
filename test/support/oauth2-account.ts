// Accounts with OAuth2, for tests of how their tokens are got.

import type { Account, OAuth2Auth, SecretRef } from '../../lib/core/account.ts';
import { accountWith } from '../config/config-under-test.ts';

export const TOKEN_URL = 'https://login.example.com/token';

/** With a refresh token in `env:TOKEN` and no client secret, unless a test wants it otherwise. */
export function oauth2Auth(changes: Partial<OAuth2Auth> = {}): OAuth2Auth {
  return {
    kind: 'oauth2',
    grant: 'refresh-token',
    tokenUrl: TOKEN_URL,
    authorizationUrl: undefined,
    deviceUrl: undefined,
    clientId: 'client',
    clientSecret: undefined,
    refreshToken: { store: 'env', locator: 'TOKEN' },
    scope: 'mail',
    method: undefined,
    ...changes,
  };
}

export function oauth2Account(changes: Partial<OAuth2Auth> = {}, more: Partial<Account> = {}): Account {
  return { ...accountWith({}), auth: oauth2Auth(changes), ...more };
}

export function inFile(path: string): SecretRef {
  return { store: 'file', locator: path };
}
