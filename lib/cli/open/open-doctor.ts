// Puts the parts together for an examination: sockets, secrets, and of the ledger only who works on an account just now.

import { SecretsAccess } from '../../access/secrets-access.ts';
import { lateTokenEndpoint } from '../../adapters/late-token-endpoint.ts';
import { nodeLoginTools } from '../../adapters/node-login-tools.ts';
import { SocketDialer } from '../../adapters/socket-dialer.ts';
import type { Config } from '../../config/config.ts';
import type { AccountId } from '../../core/account.ts';
import { describeError } from '../../core/errors.ts';
import type { DoctorPorts } from '../../doctor/examine-account.ts';
import { Closers } from './closers.ts';
import { openLedger } from './open-ledger.ts';
import type { OpenLedger } from './open-ledger.ts';
import { openSecrets } from './open-secrets.ts';

/** `unknown`: a mailbox may be examined before there is a ledger, or from where it cannot be reached. */
export type AtWork =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'somebody'; readonly owner: string }
  | { readonly kind: 'unknown'; readonly why: string };

export interface OpenDoctor {
  readonly ports: DoctorPorts;
  /** Never throws. */
  atWork(account: AccountId): Promise<AtWork>;
  readonly close: () => Promise<void>;
}

/** The caller closes it. */
export async function openDoctor(config: Config): Promise<OpenDoctor> {
  const closers = new Closers();
  const secrets = openSecrets();
  closers.add(secrets.close);
  const ledger = await openIfPossible(config);
  if ('ledger' in ledger) closers.add(ledger.close);
  return {
    ports: {
      pop3: { dialer: new SocketDialer(), login: nodeLoginTools },
      access: new SecretsAccess(secrets.secrets, lateTokenEndpoint()),
      now: Date.now,
    },
    atWork: async (account) => await atWork(account, ledger),
    close: async () => {
      await closers.close();
    },
  };
}

type Unreadable = { readonly why: string };

async function openIfPossible(config: Config): Promise<OpenLedger | Unreadable> {
  try {
    return await openLedger(config.ledger, 'read');
  } catch (error) {
    return { why: describeError(error) };
  }
}

async function atWork(account: AccountId, ledger: OpenLedger | Unreadable): Promise<AtWork> {
  if ('why' in ledger) return { kind: 'unknown', why: ledger.why };
  try {
    const lease = ledger.leaseInForce(await ledger.ledger.state(account));
    return lease ? { kind: 'somebody', owner: lease.owner } : { kind: 'nobody' };
  } catch (error) {
    return { kind: 'unknown', why: describeError(error) };
  }
}
