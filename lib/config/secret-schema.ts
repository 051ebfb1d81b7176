// How a secret is written in mailferry.yaml: as a reference to where it is kept, never as itself.

import { resolve } from 'node:path';
import * as z from 'zod';
import type { SecretRef } from '../core/account.ts';

export const SECRET_ALLOWED =
  'expected a reference to a secret: env:NAME, file:PATH, command:PROGRAM ARGUMENTS, secretsmanager:ID[#json-key] or ssm:/path';

/** What comes after `secretsmanager:` is a name or an ARN, then perhaps a key of the JSON object in it. */
const REFERENCE =
  /^(?:(?:env|file|command):\S[\s\S]*|secretsmanager:[A-Za-z0-9/_+=.@!:-]+(?:#[^#]+)?|ssm:\/[A-Za-z0-9_./-]+)$/;

/** @param what in words, such as `the password` */
export function secretSchema(what: string): z.ZodString {
  return z
    .string(SECRET_ALLOWED)
    .regex(REFERENCE, `${SECRET_ALLOWED} (never the secret itself)`)
    .describe(`where ${what} is kept, never ${what} itself`);
}

/** @param base the folder that the paths of files start from */
export function toSecretRef(reference: string, base: string): SecretRef {
  const colon = reference.indexOf(':');
  const store = reference.slice(0, colon) as SecretRef['store'];
  const locator = reference.slice(colon + 1);
  return Object.freeze({ store, locator: store === 'file' ? resolve(base, locator) : locator });
}
