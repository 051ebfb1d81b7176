// The AccountAccess port: passwords as the Secrets port keeps them, access tokens as authorization servers give them.

import type { Account, OAuth2Auth } from '../core/account.ts';
import { secretRefsOf } from '../core/secret-refs.ts';
import type { Access, AccountAccess, Secrets, TokenEndpoint } from '../ports/access.ts';
import { AccountTokens } from './account-tokens.ts';

export class SecretsAccess implements AccountAccess {
  readonly #secrets: Secrets;
  readonly #endpoint: TokenEndpoint;
  readonly #now: () => number;
  /** By all that decides which token it is: accounts that are the same to the server share one. */
  readonly #tokens = new Map<string, AccountTokens>();

  /** @param now epoch milliseconds */
  constructor(secrets: Secrets, endpoint: TokenEndpoint, now: () => number = Date.now) {
    this.#secrets = secrets;
    this.#endpoint = endpoint;
    this.#now = now;
  }

  async get(account: Account): Promise<Access> {
    const { clientCertificate, proxy } = account;
    const secrets = this.#secrets;
    return {
      ...(await this.#credentialOf(account)),
      clientCertificate: clientCertificate && {
        certificate: await secrets.get(clientCertificate.certificate),
        key: await secrets.get(clientCertificate.key),
      },
      proxyPassword: proxy?.password && (await secrets.get(proxy.password)),
    };
  }

  async renew(account: Account): Promise<Access | undefined> {
    const { auth } = account;
    let isOther = false;
    if (auth.kind === 'oauth2') isOther = (await this.#tokensOf(account, auth).renew()) !== undefined;
    for (const { key, ref } of secretRefsOf(account)) {
      // Those of OAuth2 are shown to the authorization server, and were read for that.
      if (key.startsWith('auth.oauth2.')) continue;
      const renewed = await this.#secrets.renew(ref);
      isOther ||= renewed !== undefined;
    }
    return isOther ? await this.get(account) : undefined;
  }

  async #credentialOf(account: Account): Promise<Pick<Access, 'credential' | 'notices'>> {
    const { auth, id } = account;
    if (auth.kind === 'password') {
      return { credential: { kind: 'password', password: await this.#secrets.get(auth.password) } };
    }
    const tokens = this.#tokensOf(account, auth);
    const token = await tokens.get();
    return { credential: { kind: 'access-token', token }, notices: tokens.notices(id) };
  }

  #tokensOf({ allowPrivateNetwork }: Account, auth: OAuth2Auth): AccountTokens {
    const name = JSON.stringify([auth, allowPrivateNetwork]);
    const known = this.#tokens.get(name);
    if (known !== undefined) return known;
    const ports = { secrets: this.#secrets, endpoint: this.#endpoint, now: this.#now };
    const tokens = new AccountTokens(auth, allowPrivateNetwork, ports);
    this.#tokens.set(name, tokens);
    return tokens;
  }
}
