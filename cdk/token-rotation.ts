// Which secrets the fetch functions may write: the refresh tokens that the accounts name, each by itself. Authorization servers
// replace them; the right to read is in secret-access.ts.

import type { Construct } from 'constructs';
import type { Account, SecretRef } from '../lib/core/account.ts';
import { splitSecretsManagerLocator } from '../lib/core/secret-locator.ts';
import type { Grant } from './importer-function.ts';
import { parameterArns, secretArns } from './secret-arns.ts';
import { viaService } from './via-service.ts';

/**
 * One key of a secret with many is changed by giving the secret a new version, and making that the current one only in the place
 * of the version that was read. @param keyArns of the keys that encrypt secrets
 */
export function rotationGrants(
  scope: Construct,
  accounts: readonly Account[],
  keyArns: readonly string[],
): readonly Grant[] {
  const refs = accounts.flatMap(({ auth }) =>
    auth.kind === 'oauth2' && auth.refreshToken !== undefined ? [auth.refreshToken] : [],
  );
  const secrets = unique(refs.flatMap((ref) => secretArns(scope, ref, [])));
  const parameters = unique(refs.flatMap((ref) => parameterArns(scope, ref, [])));
  return [
    { sid: 'RotateSecrets', actions: ['secretsmanager:PutSecretValue'], resources: secrets },
    {
      sid: 'RotateKeysOfSecrets',
      actions: ['secretsmanager:UpdateSecretVersionStage'],
      resources: unique(refs.filter(isKeyOfSecret).flatMap((ref) => secretArns(scope, ref, []))),
    },
    { sid: 'RotateParameters', actions: ['ssm:PutParameter'], resources: parameters },
    {
      sid: 'EncryptSecrets',
      actions: ['kms:GenerateDataKey'],
      resources: secrets.length > 0 ? keyArns : [],
      conditions: { StringEquals: { 'kms:ViaService': viaService(scope, 'secretsmanager') } },
    },
    {
      sid: 'EncryptParameters',
      actions: ['kms:Encrypt'],
      resources: parameters.length > 0 ? keyArns : [],
      conditions: { StringEquals: { 'kms:ViaService': viaService(scope, 'ssm') } },
    },
  ];
}

function isKeyOfSecret({ store, locator }: SecretRef): boolean {
  return store === 'secretsmanager' && splitSecretsManagerLocator(locator).jsonKey !== undefined;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
