// SecretsAccess before stores and an authorization server that a test plays itself, with a clock of its own.

import { SecretsAccess } from '../../lib/access/secrets-access.ts';
import type { Account } from '../../lib/core/account.ts';
import { Secret } from '../../lib/core/secret.ts';
import type {
  IssuedTokens,
  Secrets,
  TokenClient,
  TokenEndpoint,
  TokenGrant,
} from '../../lib/ports/access.ts';

export interface Asked {
  readonly client: TokenClient;
  readonly grant: TokenGrant;
}

export interface TokenRig {
  readonly access: SecretsAccess;
  readonly clock: { nowMs: number };
  /** What is kept now, by locator. */
  readonly kept: Map<string, string>;
  readonly asked: readonly Asked[];
  /** What the server answers; each access token is another one unless it says which. */
  answer: (
    asked: Asked,
  ) => Promise<Partial<{ token: string; lifetimeS: number | undefined; refresh: string }>>;
  put: Secrets['put'];
  /** The refresh tokens that were shown, in order. */
  shown(): readonly string[];
  tokenOf(account: Account): Promise<string>;
  renewedTokenOf(account: Account): Promise<string | undefined>;
}

export const HOUR_MS = 3_600_000;

export function tokenRig(): TokenRig {
  const clock = { nowMs: 1_750_000_000_000 };
  const kept = new Map([['TOKEN', 'refresh-0']]);
  const given = new Map<string, string>();
  const asked: Asked[] = [];
  const rig: TokenRig = {
    clock,
    kept,
    asked,
    answer: async () => ({}),
    put: async ({ locator }, value) => {
      kept.set(locator, value.reveal());
      given.set(locator, value.reveal());
      return 'kept';
    },
    access: undefined as never,
    shown: () =>
      asked.map(({ grant }) => (grant.kind === 'refresh-token' ? grant.refreshToken.reveal() : 'none')),
    tokenOf: async (account) => revealed(await rig.access.get(account)) ?? '',
    renewedTokenOf: async (account) => revealed(await rig.access.renew(account)),
  };
  /** Remembers what it gave, as the one for AWS does. */
  const secrets: Secrets = {
    get: async ({ locator }) => {
      const value = given.get(locator) ?? kept.get(locator);
      if (value === undefined) throw new Error(`${locator} is not kept in this test`);
      given.set(locator, value);
      return new Secret(value);
    },
    renew: async (ref) => {
      const before = given.get(ref.locator);
      given.delete(ref.locator);
      const now = await secrets.get(ref);
      return now.reveal() === before ? undefined : now;
    },
    put: async (ref, value) => await rig.put(ref, value),
  };
  const endpoint: TokenEndpoint = {
    issue: async (client, grant): Promise<IssuedTokens> => {
      const request = { client, grant };
      asked.push(request);
      const name = `access-${asked.length}`;
      const answer = await rig.answer(request);
      const lifetimeS = 'lifetimeS' in answer ? answer.lifetimeS : 3600;
      return {
        accessToken: new Secret(answer.token ?? name),
        lifetimeMs: lifetimeS === undefined ? undefined : lifetimeS * 1000,
        refreshToken: answer.refresh === undefined ? undefined : new Secret(answer.refresh),
      };
    },
  };
  return Object.assign(rig, { access: new SecretsAccess(secrets, endpoint, () => clock.nowMs) });
}

function revealed(access: Awaited<ReturnType<SecretsAccess['renew']>>): string | undefined {
  return access?.credential.kind === 'access-token' ? access.credential.token.reveal() : undefined;
}
