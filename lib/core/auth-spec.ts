// How an account logs in, and where its secrets are, as fields of its specification (core/account-spec.ts). Pure.

import { LOGIN_METHODS } from './account.ts';
import type { AccountAuth, SecretRef } from './account.ts';
import type { SpecFields } from './spec-fields.ts';

export function fromAuth(auth: AccountAuth): AccountAuth {
  if (auth.kind === 'password') {
    return { kind: auth.kind, password: fromSecretRef(auth.password), method: auth.method };
  }
  const { kind, grant, tokenUrl, authorizationUrl, deviceUrl, clientId, scope, method } = auth;
  return {
    kind,
    grant,
    tokenUrl,
    authorizationUrl,
    deviceUrl,
    clientId,
    clientSecret: auth.clientSecret && fromSecretRef(auth.clientSecret),
    refreshToken: auth.refreshToken && fromSecretRef(auth.refreshToken),
    scope,
    method,
  };
}

export function toAuth(auth: SpecFields): AccountAuth {
  const method = auth.isAbsent('method') ? undefined : auth.oneOf('method', LOGIN_METHODS);
  const kind = auth.oneOf('kind', ['password', 'oauth2'] as const);
  if (kind === 'password')
    return Object.freeze({ kind, password: toSecretRef(auth.object('password')), method });
  return Object.freeze({
    kind,
    grant: auth.oneOf('grant', ['refresh-token', 'client-credentials'] as const),
    tokenUrl: auth.text('tokenUrl'),
    authorizationUrl: auth.optionalText('authorizationUrl'),
    deviceUrl: auth.optionalText('deviceUrl'),
    clientId: auth.text('clientId'),
    clientSecret: auth.optional('clientSecret', toSecretRef),
    refreshToken: auth.optional('refreshToken', toSecretRef),
    scope: auth.optionalText('scope'),
    method,
  });
}

export function fromSecretRef({ store, locator }: SecretRef): SecretRef {
  return { store, locator };
}

export function toSecretRef(fields: SpecFields): SecretRef {
  const stores = ['env', 'file', 'command', 'secretsmanager', 'ssm'] as const;
  return Object.freeze({ store: fields.oneOf('store', stores), locator: fields.text('locator') });
}
