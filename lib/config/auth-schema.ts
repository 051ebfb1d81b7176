// What may stand under `auth` of an account: a password, or OAuth2. What one key means for another is in auth-problems.ts.

import * as z from 'zod';
import { LOGIN_METHODS } from '../core/account.ts';
import type { LoginMethod } from '../core/account.ts';
import { PROVIDERS } from './oauth2-providers.ts';
import { secretSchema } from './secret-schema.ts';

const lowerCase = LOGIN_METHODS.map((method) => method.toLowerCase());
const METHOD_ALLOWED = `expected ${lowerCase.join(', ')}`;

const method = z
  .enum([...lowerCase, ...LOGIN_METHODS], METHOD_ALLOWED)
  .describe('the only way to log in; left out, the strongest that the server offers')
  .transform((name) => name.toUpperCase() as LoginMethod);

const CLIENT_ID_ALLOWED = 'expected the id that the provider gave this program when it was registered there';
const TENANT_ALLOWED = 'expected the id of a tenant, one of its domains, common, organizations or consumers';
const SCOPE_ALLOWED = 'expected scopes of visible ASCII, separated by single spaces';

/** RFC 6749 section 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

export const GRANTS = ['refreshToken', 'clientCredentials'] as const;

const url = (what: string): z.ZodString =>
  z.string('expected an https: URL').describe(`${what}; known where a provider is named`);

const oauth2 = z.strictObject(
  {
    provider: z
      .enum(PROVIDERS, 'expected google or microsoft, or tokenUrl instead of it')
      .optional()
      .describe('whose endpoints and scope to use; any other needs tokenUrl'),
    tenant: z
      .string(TENANT_ALLOWED)
      .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, TENANT_ALLOWED)
      .optional()
      .describe('of Microsoft; common if it is left out'),
    grant: z
      .enum(GRANTS, 'expected refreshToken or clientCredentials')
      .default('refreshToken')
      .describe('refreshToken: for one person’s mailbox; clientCredentials: for a program of its own right'),
    clientId: z.string(CLIENT_ID_ALLOWED).regex(/^[\x20-\x7e]+$/, CLIENT_ID_ALLOWED),
    clientSecret: secretSchema('the client secret').optional(),
    refreshToken: secretSchema('the refresh token').optional(),
    tokenUrl: url('where tokens are given').optional(),
    authorizationUrl: url('where `mailferry login` sends a browser').optional(),
    deviceUrl: url('where `mailferry login` gets a code to type in').optional(),
    scope: z
      .string(SCOPE_ALLOWED)
      .regex(SCOPE, SCOPE_ALLOWED)
      .optional()
      .describe('what the tokens are asked for, if not what the provider says'),
  },
  'expected { provider: google or microsoft, clientId: ..., refreshToken: env:NAME }',
);

export const authSchema = z
  .strictObject(
    {
      password: secretSchema('the password').optional(),
      oauth2: oauth2.optional(),
      method: method.optional(),
    },
    'expected { password: env:NAME } or { oauth2: { ... } }',
  )
  .meta({ oneOf: [{ required: ['password'] }, { required: ['oauth2'] }] });

export type AuthInFile = z.infer<typeof authSchema>;
export type Oauth2InFile = z.infer<typeof oauth2>;
