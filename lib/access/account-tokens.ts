// The access tokens of one OAuth2 client and mailbox: in memory only, asked for anew at 80 % of their life, by one request at a
// time. A refusal is believed when the secrets that were shown are still the ones of now.

import type { Account, OAuth2Auth } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { IssuedTokens, Secrets, TokenEndpoint } from '../ports/access.ts';
import { RefreshTokenKeeper } from './refresh-token-keeper.ts';

export interface TokenPorts {
  readonly secrets: Secrets;
  readonly endpoint: TokenEndpoint;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Of its life a token is used for so much: the clocks differ, and a session takes its time. */
const USED_PART = 0.8;
/** Where the server does not say (RFC 6749 section 5.1). Providers give an hour. */
const UNKNOWN_LIFETIME_MS = 5 * 60_000;
/** Stops: a token that is never asked for again because of a lifetime that is a mistake. */
const LONGEST_USE_MS = 24 * 60 * 60_000;

interface Held {
  readonly token: Secret;
  readonly askedAt: number;
  readonly goodForMs: number;
}

/** Everything secret that is shown to the server. */
interface Shown {
  readonly clientSecret: Secret | undefined;
  readonly refreshToken: Secret | undefined;
}

export class AccountTokens {
  readonly #auth: OAuth2Auth;
  readonly #allowPrivateNetwork: boolean;
  readonly #ports: TokenPorts;
  readonly #keeper: RefreshTokenKeeper | undefined;
  #held: Held | undefined;
  #underWay: Promise<Secret> | undefined;

  constructor(auth: OAuth2Auth, allowPrivateNetwork: boolean, ports: TokenPorts) {
    this.#auth = auth;
    this.#allowPrivateNetwork = allowPrivateNetwork;
    this.#ports = ports;
    this.#keeper = auth.refreshToken && new RefreshTokenKeeper(ports.secrets, auth.refreshToken);
  }

  /** @throws SECRET_UNAVAILABLE, TOKEN_REFUSED, TOKEN_UNAVAILABLE, ADDRESS_NOT_ALLOWED */
  async get(): Promise<Secret> {
    if (this.#underWay !== undefined) return await this.#underWay;
    const held = this.#held;
    const age = held === undefined ? 0 : this.#ports.now() - held.askedAt;
    // A clock that was set back makes nothing younger.
    if (held === undefined || age < 0 || age >= held.goodForMs) return await this.#refresh();
    await this.#keeper?.tryAgain();
    return held.token;
  }

  /** Another one than before, whatever is left of its life; `undefined` if the server gives the same again. @throws as `get` */
  async renew(): Promise<Secret | undefined> {
    const before = this.#held?.token.reveal();
    const token = await this.#refresh();
    return token.reveal() === before ? undefined : token;
  }

  /** @param id of the account that asks */
  notices(id: Account['id']): readonly string[] {
    return this.#keeper?.notices(id) ?? [];
  }

  async #refresh(): Promise<Secret> {
    this.#underWay ??= this.#issue().finally(() => {
      this.#underWay = undefined;
    });
    return await this.#underWay;
  }

  async #issue(): Promise<Secret> {
    const shown = await this.#readSecrets('remembered');
    try {
      return await this.#exchange(shown);
    } catch (error) {
      if (!(error instanceof MailferryError) || error.code !== 'TOKEN_REFUSED') throw error;
      const now = await this.#readSecrets('anew');
      if (isSame(shown.clientSecret, now.clientSecret) && isSame(shown.refreshToken, now.refreshToken))
        throw error;
      return await this.#exchange(now);
    }
  }

  async #exchange(shown: Shown): Promise<Secret> {
    const { endpoint, now } = this.#ports;
    const { tokenUrl, clientId, scope } = this.#auth;
    const { clientSecret, refreshToken } = shown;
    const client = {
      tokenUrl,
      clientId,
      clientSecret,
      scope,
      allowPrivateNetwork: this.#allowPrivateNetwork,
    };
    const askedAt = now();
    const issued = await endpoint.issue(
      client,
      refreshToken === undefined ? { kind: 'client-credentials' } : { kind: 'refresh-token', refreshToken },
    );
    if (refreshToken !== undefined) await this.#keeper?.replace(refreshToken, issued.refreshToken);
    this.#held = { token: issued.accessToken, askedAt, goodForMs: goodForMs(issued) };
    return issued.accessToken;
  }

  async #readSecrets(how: 'remembered' | 'anew'): Promise<Shown> {
    const { secrets } = this.#ports;
    const { clientSecret: ref } = this.#auth;
    const other = ref === undefined || how === 'remembered' ? undefined : await secrets.renew(ref);
    return {
      clientSecret: ref === undefined ? undefined : (other ?? (await secrets.get(ref))),
      refreshToken: await this.#keeper?.read(),
    };
  }
}

function goodForMs({ lifetimeMs = UNKNOWN_LIFETIME_MS }: IssuedTokens): number {
  return Math.min(LONGEST_USE_MS, Math.max(0, lifetimeMs * USED_PART));
}

function isSame(one: Secret | undefined, other: Secret | undefined): boolean {
  return one?.reveal() === other?.reveal();
}
