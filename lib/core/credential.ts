// What proves to a server who logs in.

import type { Secret } from './secret.ts';

export type Credential =
  | { readonly kind: 'password'; readonly password: Secret }
  /** Of an authorization server (RFC 6749), for XOAUTH2 and OAUTHBEARER. */
  | { readonly kind: 'access-token'; readonly token: Secret };
