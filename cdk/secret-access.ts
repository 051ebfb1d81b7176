// Which secrets the fetch functions may read: those the accounts name, those given, and those below the folders given. Nobody
// else in the stack may read any, and nobody may list them. What they may write is in token-rotation.ts.

import { Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { secretRefsOf } from '../lib/core/secret-refs.ts';
import type { Account } from '../lib/core/account.ts';
import { acknowledgeWildcard, nameOf } from './acknowledge.ts';
import { ANY_SUFFIX, arnOf, parameterArns, secretArns } from './secret-arns.ts';
import { rotationGrants } from './token-rotation.ts';
import { viaService } from './via-service.ts';
import type { ImporterFunction } from './importer-function.ts';
import { notDeployable } from './not-deployable.ts';

export interface SecretSources {
  readonly accounts: readonly Account[];
  readonly secrets: readonly ISecret[];
  readonly parameters: readonly IParameter[];
  readonly secretFolders: readonly string[];
  readonly secretKeys: readonly IKey[];
}

/** The policies of a role take 10,240 in all; its other rights leave that much room with everything switched on. */
const MAX_CHARACTERS = 7_000;
/** Of that, what the rights to write take beside the names. */
const ROTATION_CHARACTERS = 1_000;

/** For a function that fetches. @throws CONFIG_INVALID for a folder that is none, and for more secrets than a role can name */
export function allowSecrets(fn: ImporterFunction, sources: SecretSources): void {
  const folders = sources.secretFolders.map(toFolder);
  const refs = sources.accounts.flatMap((account) => secretRefsOf(account).map(({ ref }) => ref));
  const secretFolders = folders.map((folder) => arnOf(fn, 'secretsmanager', `secret:${folder}*`));
  const parameterFolders = folders.map((folder) => arnOf(fn, 'ssm', `parameter/${folder}*`));
  const secrets = unique([
    ...refs.flatMap((ref) => secretArns(fn, ref, folders)),
    ...sources.secrets.map(({ secretArn, secretFullArn }) => secretFullArn ?? secretArn + ANY_SUFFIX),
    ...secretFolders,
  ]);
  const parameters = unique([
    ...refs.flatMap((ref) => parameterArns(fn, ref, folders)),
    ...sources.parameters.map(({ parameterArn }) => parameterArn),
    ...parameterFolders,
  ]);
  const keys = [
    ...sources.secretKeys,
    ...sources.secrets.flatMap(({ encryptionKey }) => encryptionKey ?? []),
  ];
  const keyArns = unique(keys.map(({ keyArn }) => keyArn));
  const rotations = rotationGrants(fn, sources.accounts, keyArns);
  const written = rotations.flatMap(({ resources }) => resources);
  const room = written.length > 0 ? MAX_CHARACTERS - ROTATION_CHARACTERS : MAX_CHARACTERS;
  checkRoom(fn, [...secrets, ...parameters, ...keyArns, ...written], room);
  const grants = [
    { sid: 'ReadSecrets', actions: ['secretsmanager:GetSecretValue'], resources: secrets },
    { sid: 'ReadParameters', actions: ['ssm:GetParameter'], resources: parameters },
    {
      sid: 'DecryptSecrets',
      actions: ['kms:Decrypt'],
      resources: keyArns,
      conditions: {
        StringEquals: { 'kms:ViaService': [viaService(fn, 'secretsmanager'), viaService(fn, 'ssm')] },
      },
    },
    ...rotations,
  ];
  fn.allowApart(
    'Secrets',
    grants.filter(({ resources }) => resources.length > 0),
  );
  for (const folder of [...secretFolders, ...parameterFolders]) {
    acknowledgeWildcard(
      fn,
      folder,
      'secretFolders: the owner keeps the passwords of accounts that are applied later below it.',
    );
  }
}

/** A policy that is too large would be found out in the middle of the deployment. */
function checkRoom(scope: Construct, arns: readonly string[], room: number): void {
  const stack = Stack.of(scope);
  const characters = arns.reduce((sum, arn) => sum + nameOf(stack.resolve(arn)).length + '"",'.length, 0);
  if (characters <= room) return;
  throw notDeployable(
    `the accounts name ${arns.length} secrets, parameters and keys, ${characters} characters, and a role has room for ${room}`,
    'keep them below one name, such as mailferry/, and name that (secretFolders); or keep many passwords in one secret (secretsmanager:ID#json-key)',
  );
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
