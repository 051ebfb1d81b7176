// What stands under `auth` as the program uses it: endpoints and scope of a provider filled in, frozen. Of checked values only.

import type { AccountAuth, OAuth2Auth } from '../core/account.ts';
import type { AuthInFile, Oauth2InFile } from './auth-schema.ts';
import { providerNamed } from './oauth2-providers.ts';
import { toSecretRef } from './secret-schema.ts';

/** @param base the folder that relative paths start from */
export function toAuth({ password, oauth2, method }: AuthInFile, base: string): AccountAuth {
  if (oauth2 !== undefined) return toOauth2(oauth2, method, base);
  if (password === undefined) throw new Error('auth was not checked: it has neither password nor oauth2');
  return Object.freeze({ kind: 'password', password: toSecretRef(password, base), method });
}

function toOauth2(oauth2: Oauth2InFile, method: OAuth2Auth['method'], base: string): OAuth2Auth {
  const { provider: name, tenant, grant, clientId, clientSecret, refreshToken } = oauth2;
  const provider = name === undefined ? undefined : providerNamed(name, tenant);
  const isOfPerson = grant === 'refreshToken';
  const tokenUrl = provider?.tokenUrl ?? oauth2.tokenUrl;
  if (tokenUrl === undefined) throw new Error('auth was not checked: it has neither provider nor tokenUrl');
  return Object.freeze({
    kind: 'oauth2',
    grant: isOfPerson ? 'refresh-token' : 'client-credentials',
    tokenUrl,
    authorizationUrl: isOfPerson ? (provider?.authorizationUrl ?? oauth2.authorizationUrl) : undefined,
    deviceUrl: isOfPerson ? (provider?.deviceUrl ?? oauth2.deviceUrl) : undefined,
    clientId,
    clientSecret: clientSecret === undefined ? undefined : toSecretRef(clientSecret, base),
    refreshToken: refreshToken === undefined ? undefined : toSecretRef(refreshToken, base),
    scope: oauth2.scope ?? (isOfPerson ? provider?.scope : provider?.programScope),
    method,
  });
}
