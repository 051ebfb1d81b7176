// The condition that keeps a right to decrypt to what a service decrypts for the caller: a key is never used on its own.

import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** @param service such as `s3` @returns the value of `kms:ViaService` in the stack's region */
export function viaService(scope: IConstruct, service: 's3' | 'secretsmanager' | 'ssm'): string {
  const { region, urlSuffix } = Stack.of(scope);
  return `${service}.${region}.${urlSuffix}`;
}
