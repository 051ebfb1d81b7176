// Puts the parts together for an audit of an archive, wherever it is, and for its repair.

import { ulid } from 'ulid';
import { localOwnerName } from '../../adapters/local-owner.ts';
import { SecretsAccess } from '../../access/secrets-access.ts';
import { lateTokenEndpoint } from '../../adapters/late-token-endpoint.ts';
import { SocketDialer } from '../../adapters/socket-dialer.ts';
import type { AuditPorts } from '../../audit/audit-account.ts';
import type { Difference } from '../../audit/difference.ts';
import { markLost } from '../../audit/mark-lost.ts';
import type { Config } from '../../config/config.ts';
import type { AccountId } from '../../core/account.ts';
import type { BlobStore } from '../../ports/storage.ts';
import { Closers } from './closers.ts';
import { openBlobs } from './open-blobs.ts';
import { openLedger } from './open-ledger.ts';
import type { OpenLedger } from './open-ledger.ts';
import { openSecrets } from './open-secrets.ts';
import { nodeLoginTools } from '../../adapters/node-login-tools.ts';

export interface OpenAudit {
  readonly leaseInForce: OpenLedger['leaseInForce'];
  /** With what is to be parsed at this moment. Everything is only read. @throws LEDGER_FAILED */
  portsNow(): AuditPorts;
  /**
   * The ledger is opened for writing only if there is something to mark.
   * @returns how many records were marked
   * @throws as `markLost` does
   */
  repair(account: AccountId, differences: readonly Difference[]): Promise<number>;
  close(): Promise<void>;
}

/** The caller closes it. @throws LEDGER_FAILED */
export async function openAudit(config: Config): Promise<OpenAudit> {
  const closers = new Closers();
  try {
    const secrets = openSecrets();
    closers.add(secrets.close);
    const { blobs, close } = await openBlobs(config);
    closers.add(close);
    const reading = await openLedger(config.ledger, 'read');
    closers.add(reading.close);
    const doorway = {
      pop3: { dialer: new SocketDialer(), login: nodeLoginTools },
      access: new SecretsAccess(secrets.secrets, lateTokenEndpoint()),
    };
    return {
      leaseInForce: reading.leaseInForce,
      portsNow: () => ({
        ...doorway,
        blobs,
        ledger: reading.ledger,
        isParsePending: config.parsing === 'later' ? () => true : isParsePending(reading),
      }),
      repair: async (account, differences) => await repair(account, differences, config, blobs),
      close: async () => {
        await closers.close();
      },
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** Where no jobs are written down, a message without a document has none that is still to come. */
function isParsePending({ parseJobs }: OpenLedger): AuditPorts['isParsePending'] {
  const pending = new Set(parseJobs?.pending().map(({ ingest }) => ingest.rawKey));
  return (rawKey) => pending.has(rawKey);
}

async function repair(
  account: AccountId,
  differences: readonly Difference[],
  config: Config,
  blobs: BlobStore,
): Promise<number> {
  if (!differences.some(({ kind }) => kind === 'object-missing')) return 0;
  const { ledger, lease, close } = await openLedger(config.ledger, 'write');
  try {
    return await markLost(account, differences, {
      ledger,
      lease,
      blobs,
      ownerName: localOwnerName(),
      now: Date.now,
      newRunId: () => ulid(),
    });
  } finally {
    close();
  }
}
