// Why a secret of AWS cannot be had. What the SDK threw is left behind: it may hold an answer with the secret in it.

import type { SecretRef } from '../core/account.ts';
import type { MailferryError } from '../core/errors.ts';
import { splitSecretsManagerLocator } from '../core/secret-locator.ts';
import { adviseOn } from './aws-advice.ts';
import type { AwsTarget } from './aws-advice.ts';
import { readAwsFailure } from './aws-errors.ts';
import { secretUnavailable } from './secret-unavailable.ts';

type CannotBe = 'read' | 'written';

/** @param thrown by a client of the SDK */
export function awsSecretError(ref: SecretRef, thrown: unknown, cannotBe: CannotBe = 'read'): MailferryError {
  const { kind, found, status } = readAwsFailure(thrown);
  const why = { cannotBe, why: found };
  if (cannotBe === 'written' && (kind === 'missing' || (kind === 'unknown' && ref.store === 'ssm'))) {
    return secretUnavailable(ref, { ...why, hint: howToMake(ref), retryable: false });
  }
  if (kind === 'unknown' && status !== undefined) {
    const hint = 'check how the secret is named in the configuration, and that it is not marked for deletion';
    return secretUnavailable(ref, { ...why, hint, retryable: false });
  }
  return secretUnavailable(ref, { ...why, ...adviseOn(kind, targetOf(ref, cannotBe)) });
}

/** It was read, and is not what a password can be. */
export function unusableSecret(ref: SecretRef, why: string, cannotBe: CannotBe = 'read'): MailferryError {
  const hint =
    ref.store === 'ssm'
      ? 'the whole value of the parameter is the secret'
      : 'without #json-key the whole text is the secret; with it, the text under that key of a JSON object';
  return secretUnavailable(ref, { cannotBe, why, hint, retryable: false });
}

/** It is not made here: how it is encrypted and who may read it is for its owner to say. */
function howToMake({ store, locator }: SecretRef): string {
  if (store === 'ssm') {
    return `make it first, as with: aws ssm put-parameter --type SecureString --value none --name ${locator}`;
  }
  const { id, jsonKey } = splitSecretsManagerLocator(locator);
  const start = jsonKey === undefined ? 'none' : `'{}'`;
  return `make it first, as with: aws secretsmanager create-secret --secret-string ${start} --name ${id}`;
}

/** What a role needs. */
const RIGHTS = {
  ssm: {
    read: ['ssm:GetParameter', 'kms:Decrypt'],
    written: ['ssm:PutParameter', 'kms:Encrypt'],
  },
  secretsmanager: {
    read: ['secretsmanager:GetSecretValue', 'kms:Decrypt'],
    written: [
      'secretsmanager:GetSecretValue, PutSecretValue and UpdateSecretVersionStage',
      'kms:Decrypt and kms:GenerateDataKey',
    ],
  },
} as const;

function targetOf({ store, locator }: SecretRef, cannotBe: CannotBe): AwsTarget {
  const [calls, ofKey] = RIGHTS[store === 'ssm' ? 'ssm' : 'secretsmanager'][cannotBe];
  const right = `call ${calls} on ${locator}, and ${ofKey} with its key`;
  if (store === 'ssm') {
    return {
      service: 'SSM',
      resource: `the parameter ${locator}`,
      right,
      relief: 'raise the throughput of the Parameter Store, or put the secrets in one of Secrets Manager',
    };
  }
  return {
    service: 'Secrets Manager',
    resource: `the secret ${locator}`,
    right,
    relief: 'put many secrets in one, as a JSON object',
  };
}
