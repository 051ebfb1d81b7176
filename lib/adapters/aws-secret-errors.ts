// Why a secret of AWS cannot be had. What the SDK threw is left behind: it may hold an answer with the secret in it.

import type { SecretRef } from '../core/account.ts';
import type { MailferryError } from '../core/errors.ts';
import { adviseOn } from './aws-advice.ts';
import type { AwsTarget } from './aws-advice.ts';
import { readAwsFailure } from './aws-errors.ts';
import { secretUnavailable } from './secret-unavailable.ts';

/** @param thrown by a client of the SDK */
export function awsSecretError(ref: SecretRef, thrown: unknown): MailferryError {
  const { kind, found, status } = readAwsFailure(thrown);
  if (kind === 'unknown' && status !== undefined) {
    const hint = 'check how the secret is named in the configuration, and that it is not marked for deletion';
    return secretUnavailable(ref, { why: found, hint, retryable: false });
  }
  return secretUnavailable(ref, { why: found, ...adviseOn(kind, targetOf(ref)) });
}

/** It was read, and is not what a password can be. */
export function unusableSecret(ref: SecretRef, why: string): MailferryError {
  const hint =
    ref.store === 'ssm'
      ? 'the whole value of the parameter is the secret'
      : 'without #json-key the whole text is the secret; with it, the text under that key of a JSON object';
  return secretUnavailable(ref, { why, hint, retryable: false });
}

function targetOf({ store, locator }: SecretRef): AwsTarget {
  if (store === 'ssm') {
    return {
      service: 'SSM',
      resource: `the parameter ${locator}`,
      right: `call ssm:GetParameter on ${locator}, and kms:Decrypt with its key`,
      relief: 'raise the throughput of the Parameter Store, or put the secrets in one of Secrets Manager',
    };
  }
  return {
    service: 'Secrets Manager',
    resource: `the secret ${locator}`,
    right: `call secretsmanager:GetSecretValue on ${locator}, and kms:Decrypt with its key`,
    relief: 'put many secrets in one, as a JSON object',
  };
}
