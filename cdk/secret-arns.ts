// How a reference to a secret becomes the ARNs that a policy names.

import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SecretRef } from '../lib/core/account.ts';
import { splitSecretsManagerLocator } from '../lib/core/secret-locator.ts';

/** What Secrets Manager puts behind a secret's name to make its ARN: six characters nobody knows beforehand. */
export const ANY_SUFFIX = '-??????';

/**
 * `ID` or `ID#json-key`, where an ID is a name or an ARN; one without its suffix is an ARN too.
 * @param folders what is below them needs no naming
 */
export function secretArns(
  scope: Construct,
  { store, locator }: SecretRef,
  folders: readonly string[],
): string[] {
  if (store !== 'secretsmanager') return [];
  const { id } = splitSecretsManagerLocator(locator);
  if (isIn(folders, id)) return [];
  if (id.startsWith('arn:')) return [id, id + ANY_SUFFIX];
  return [arnOf(scope, 'secretsmanager', `secret:${id}${ANY_SUFFIX}`)];
}

export function parameterArns(
  scope: Construct,
  { store, locator }: SecretRef,
  folders: readonly string[],
): string[] {
  const name = locator.replace(/^\//, '');
  return store === 'ssm' && !isIn(folders, name) ? [arnOf(scope, 'ssm', `parameter/${name}`)] : [];
}

function isIn(folders: readonly string[], name: string): boolean {
  return folders.some((folder) => name.startsWith(folder));
}

export function arnOf(scope: Construct, service: string, resource: string): string {
  return Stack.of(scope).formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
}
