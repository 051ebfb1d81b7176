// The refresh token of an account between its store and the authorization server. Servers may replace it whenever it is used (RFC
// 6749 section 6): the new one is kept before anything is done with what came along. Never says a token.

import type { Account, SecretRef } from '../core/account.ts';
import { describeError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { Secrets } from '../ports/access.ts';

/** A token that the server gave, and the store has not. */
interface Unkept {
  readonly token: Secret;
  /** What the store had when it was given. */
  readonly inPlaceOf: Secret;
  readonly why: string;
  readonly canBeTriedAgain: boolean;
}

export class RefreshTokenKeeper {
  readonly #secrets: Secrets;
  readonly #ref: SecretRef;
  #unkept: Unkept | undefined;

  constructor(secrets: Secrets, ref: SecretRef) {
    this.#secrets = secrets;
    this.#ref = ref;
  }

  /**
   * The one to show next, read anew: another process may have replaced it, and a server that sees an old one may take it for
   * stolen and revoke all. @throws SECRET_UNAVAILABLE
   */
  async read(): Promise<Secret> {
    const unkept = this.#unkept;
    let stored: Secret;
    try {
      stored = (await this.#secrets.renew(this.#ref)) ?? (await this.#secrets.get(this.#ref));
    } catch (error) {
      if (unkept === undefined) throw error;
      return unkept.token;
    }
    if (unkept === undefined) return stored;
    if (stored.reveal() === unkept.inPlaceOf.reveal()) return unkept.token;
    // Somebody has put a newer one there: `mailferry login`, or another process.
    this.#unkept = undefined;
    return stored;
  }

  /** @param given what the server gave for it, if anything. Never throws: the access token that came along is good. */
  async replace(shown: Secret, given: Secret | undefined): Promise<void> {
    if (given === undefined || given.reveal() === shown.reveal()) return;
    const inPlaceOf = this.#unkept?.inPlaceOf ?? shown;
    await this.#keep(given, inPlaceOf);
  }

  /** What could not be kept and perhaps can be now. Never throws. */
  async tryAgain(): Promise<void> {
    if (this.#unkept?.canBeTriedAgain !== true) return;
    const { token } = this.#unkept;
    const next = await this.read().catch(() => token);
    // Else another one is there by now, and must not be replaced by ours.
    if (next === token) await this.#keep(token, this.#unkept.inPlaceOf);
  }

  /** @param id of the account that asks */
  notices(id: Account['id']): readonly string[] {
    if (this.#unkept === undefined) return [];
    const { store, locator } = this.#ref;
    return [
      `the authorization server has replaced the refresh token in ${store}:${locator}, and the new one could not be kept: ` +
        `${this.#unkept.why}. Some servers, such as Microsoft's, take the old one until it expires; with others the next run ` +
        `will need: mailferry login ${id}`,
    ];
  }

  async #keep(token: Secret, inPlaceOf: Secret): Promise<void> {
    const unkept = { token, inPlaceOf };
    try {
      const outcome = await this.#secrets.put(this.#ref, token);
      const why = `${this.#ref.store}: takes nothing back; file:, secretsmanager: and ssm: do`;
      this.#unkept = outcome === 'kept' ? undefined : { ...unkept, why, canBeTriedAgain: false };
    } catch (error) {
      this.#unkept = { ...unkept, why: describeError(error), canBeTriedAgain: true };
    }
  }
}
