// The one error of the Secrets port, and what a secret's text becomes. Names the reference, never a value.

import type { SecretRef } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';

export const LOCAL_SECRETS = 'a secret is env:NAME, file:PATH or command:PROGRAM ARGUMENTS';
export const AWS_SECRETS = 'in AWS a secret is secretsmanager:ID, secretsmanager:ID#json-key or ssm:/path';

export interface WhyUnavailable {
  /** Default: `read`. */
  readonly cannotBe?: 'read' | 'written';
  readonly why: string;
  readonly hint: string;
  readonly retryable: boolean;
  /** Never what holds an answer that may hold the value. */
  readonly cause?: unknown;
}

export function secretUnavailable({ store, locator }: SecretRef, details: WhyUnavailable): MailferryError {
  const { cannotBe = 'read', why, hint, retryable, cause } = details;
  return new MailferryError(`the secret ${store}:${locator} cannot be ${cannotBe}: ${why}`, {
    code: 'SECRET_UNAVAILABLE',
    scope: 'account',
    retryable,
    hint,
    cause,
  });
}

/** Files and commands end with a line end that is no part of the secret, and so do secrets that were made of a file. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/** What is to be kept so that `withoutLineEnd` gives the value back, whatever it ends with. */
export function withLineEndKept(value: string): string {
  return value.endsWith('\n') ? `${value}\n` : value;
}
