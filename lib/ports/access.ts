// A port: Secrets and tokens, and what of them an account needs to log in.
// Expected outcomes are return values; anything thrown is a MailferryError.

import type { Account, SecretRef } from '../core/account.ts';
import type { Credential } from '../core/credential.ts';
import type { Secret } from '../core/secret.ts';

export interface Secrets {
  /** @throws SECRET_UNAVAILABLE, naming the reference and never the value */
  get(ref: SecretRef): Promise<Secret>;
  /**
   * For when the value was refused: it is read anew if it was remembered, perhaps from before somebody changed it.
   * @returns `undefined` when there is no other value than the one given before
   * @throws as `get`
   */
  renew(ref: SecretRef): Promise<Secret | undefined>;
  /**
   * Keep another value in its place: durable when it resolves, and what `get` gives from then on. Whatever else is kept
   * there, such as other keys of the same JSON object, stays as it is, also if others write at the same time.
   * @returns `unwritable` for a store that takes nothing back: `env:` and `command:`
   * @throws SECRET_UNAVAILABLE when it may not have been kept
   */
  put(ref: SecretRef, value: Secret): Promise<'kept' | 'unwritable'>;
}

/** Who asks an authorization server for tokens, and where (RFC 6749 section 2). */
export interface TokenClient {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: Secret | undefined;
  readonly scope: string | undefined;
  /** The server may have an address in a loopback, private or link-local range. */
  readonly allowPrivateNetwork: boolean;
}

/** What a client has to show for the tokens (RFC 6749 sections 4.4 and 6). */
export type TokenGrant =
  { readonly kind: 'refresh-token'; readonly refreshToken: Secret } | { readonly kind: 'client-credentials' };

export interface IssuedTokens {
  readonly accessToken: Secret;
  /** From when it was asked for; `undefined` where the server says nothing. */
  readonly lifetimeMs: number | undefined;
  /** It may be the one that was shown, or take its place. */
  readonly refreshToken: Secret | undefined;
}

export interface TokenEndpoint {
  /**
   * One request, within a deadline of its own; its answer is of limited size.
   * @throws TOKEN_REFUSED, TOKEN_UNAVAILABLE, ADDRESS_NOT_ALLOWED
   */
  issue(client: TokenClient, grant: TokenGrant): Promise<IssuedTokens>;
}

/** What opens the way to an account's server: every secret it needs, as it is now. */
export interface Access {
  readonly credential: Credential;
  readonly clientCertificate: ClientCertificate | undefined;
  readonly proxyPassword: Secret | undefined;
  /** What its owner should know and is no failure: a rotated refresh token that could not be kept. */
  readonly notices?: readonly string[];
}

/** Both as PEM. */
export interface ClientCertificate {
  readonly certificate: Secret;
  readonly key: Secret;
}

export interface AccountAccess {
  /** @throws SECRET_UNAVAILABLE; of an account with OAuth2 also TOKEN_REFUSED, TOKEN_UNAVAILABLE */
  get(account: Account): Promise<Access>;
  /**
   * For when the server refused the login: what was remembered is read, or asked for, anew.
   * @returns `undefined` when there is nothing other than was given before
   * @throws as `get`
   */
  renew(account: Account): Promise<Access | undefined>;
}
