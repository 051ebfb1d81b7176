// Puts the parts together for an estimate: sockets, secrets, and of the ledger only the runs, if there is one.

import { SecretsAccess } from '../../access/secrets-access.ts';
import { lateTokenEndpoint } from '../../adapters/late-token-endpoint.ts';
import { nodeLoginTools } from '../../adapters/node-login-tools.ts';
import { SocketDialer } from '../../adapters/socket-dialer.ts';
import type { Config } from '../../config/config.ts';
import type { AccountId } from '../../core/account.ts';
import type { RunRecord } from '../../core/run-record.ts';
import type { Doorway } from '../../estimate/ask-maildrop.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { Closers } from './closers.ts';
import { openLedger } from './open-ledger.ts';
import { openSecrets } from './open-secrets.ts';

export interface OpenEstimate {
  readonly doorway: Doorway;
  /** Newest first; none where there is no ledger yet, or none that can be reached. Never throws. */
  runs(account: AccountId): Promise<readonly RunRecord[]>;
  close(): Promise<void>;
}

/** Enough for a month of runs that stored something; it costs a page or two of a table. */
const RUNS_LOOKED_AT = 1000;

/** The caller closes it. */
export async function openEstimate(config: Config): Promise<OpenEstimate> {
  const closers = new Closers();
  const secrets = openSecrets();
  closers.add(secrets.close);
  const ledger = await openIfPossible(config, closers);
  return {
    doorway: {
      pop3: { dialer: new SocketDialer(), login: nodeLoginTools },
      access: new SecretsAccess(secrets.secrets, lateTokenEndpoint()),
    },
    runs: async (account) => {
      try {
        return (await ledger?.runs(account, RUNS_LOOKED_AT)) ?? [];
      } catch {
        // Then the rate of new mail is assumed, and the estimate says so.
        return [];
      }
    },
    close: async () => {
      await closers.close();
    },
  };
}

async function openIfPossible(config: Config, closers: Closers): Promise<Ledger | undefined> {
  try {
    const { ledger, close } = await openLedger(config.ledger, 'read');
    closers.add(close);
    return ledger;
  } catch {
    return undefined;
  }
}
