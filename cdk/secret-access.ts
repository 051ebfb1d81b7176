// Which secrets the fetch functions may read: those the accounts name, those given, and those below the folders given. Nobody
// else in the stack may read any, and nobody may list them.

import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { splitSecretsManagerLocator } from '../lib/core/secret-locator.ts';
import type { Account } from '../lib/core/account.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import type { Grant } from './importer-function.ts';
import { notDeployable } from './not-deployable.ts';

export interface SecretSources {
  readonly accounts: readonly Account[];
  readonly secrets: readonly ISecret[];
  readonly parameters: readonly IParameter[];
  readonly secretFolders: readonly string[];
  readonly secretKeys: readonly IKey[];
}

/** What Secrets Manager puts behind a secret's name to make its ARN: six characters nobody knows beforehand. */
const ANY_SUFFIX = '-??????';

/** @throws CONFIG_INVALID for a folder that is none */
export function secretGrants(scope: Construct, sources: SecretSources): Grant[] {
  const folders = sources.secretFolders.map(toFolder);
  const secrets = unique([
    ...sources.accounts.flatMap((account) => secretArns(scope, account)),
    ...sources.secrets.map(({ secretArn, secretFullArn }) => secretFullArn ?? secretArn + ANY_SUFFIX),
    ...folders.map((folder) => arnOf(scope, 'secretsmanager', `secret:${folder}*`)),
  ]);
  const parameters = unique([
    ...sources.accounts.flatMap((account) => parameterArns(scope, account)),
    ...sources.parameters.map(({ parameterArn }) => parameterArn),
    ...folders.map((folder) => arnOf(scope, 'ssm', `parameter/${folder}*`)),
  ]);
  const keys = [
    ...sources.secretKeys,
    ...sources.secrets.flatMap(({ encryptionKey }) => encryptionKey ?? []),
  ];
  return [
    { sid: 'ReadSecrets', actions: ['secretsmanager:GetSecretValue'], resources: secrets },
    { sid: 'ReadParameters', actions: ['ssm:GetParameter'], resources: parameters },
    { sid: 'DecryptSecrets', actions: ['kms:Decrypt'], resources: unique(keys.map(({ keyArn }) => keyArn)) },
  ].filter(({ resources }) => resources.length > 0);
}

/** For the role that got the grants. */
export function acknowledgeFolders(role: Construct, { secretFolders }: SecretSources): void {
  for (const folder of secretFolders.map(toFolder)) {
    for (const resource of [
      arnOf(role, 'secretsmanager', `secret:${folder}*`),
      arnOf(role, 'ssm', `parameter/${folder}*`),
    ]) {
      acknowledgeWildcard(
        role,
        resource,
        'secretFolders: the owner keeps the passwords of accounts that are applied later below it.',
      );
    }
  }
}

/** `ID` or `ID#json-key`, where an ID is a name or an ARN; one without its suffix is an ARN too. */
function secretArns(scope: Construct, { password: { store, locator } }: Account): string[] {
  if (store !== 'secretsmanager') return [];
  const { id } = splitSecretsManagerLocator(locator);
  if (id.startsWith('arn:')) return [id, id + ANY_SUFFIX];
  return [arnOf(scope, 'secretsmanager', `secret:${id}${ANY_SUFFIX}`)];
}

function parameterArns(scope: Construct, { password: { store, locator } }: Account): string[] {
  return store === 'ssm' ? [arnOf(scope, 'ssm', `parameter/${locator.replace(/^\//, '')}`)] : [];
}

function arnOf(scope: Construct, service: string, resource: string): string {
  return Stack.of(scope).formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
}

/** `mailferry/`, whether it is written with a slash before it or not. */
function toFolder(text: string): string {
  const folder = text.replace(/^\//, '');
  if (/^[A-Za-z0-9_.@+=-]+(\/[A-Za-z0-9_.@+=-]+)*\/$/.test(folder)) return folder;
  throw notDeployable(
    `secretFolders has ${JSON.stringify(text)}`,
    'names that end in a slash are allowed, such as mailferry/',
  );
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
