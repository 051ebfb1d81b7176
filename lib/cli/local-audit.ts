// Puts the parts together for an audit of an archive on one machine, and for its repair.

import { ulid } from 'ulid';
import { FolderBlobStore } from '../adapters/folder-blob-store.ts';
import { localOwnerName } from '../adapters/local-owner.ts';
import { LocalSecrets } from '../adapters/local-secrets.ts';
import { SocketDialer } from '../adapters/socket-dialer.ts';
import type { AuditPorts } from '../audit/audit-account.ts';
import type { Difference } from '../audit/difference.ts';
import { markLost } from '../audit/mark-lost.ts';
import type { AccountId } from '../core/account.ts';
import type { Config } from '../config/config.ts';
import { openLocalLedger } from './local-ledger.ts';
import type { LocalLedger } from './local-ledger.ts';

/** Everything is only read. @throws LEDGER_FAILED */
export function toAuditPorts(config: Config, { ledger, parseJobs }: LocalLedger): AuditPorts {
  const pending = new Set(parseJobs.pending().map(({ ingest }) => ingest.rawKey));
  return {
    ledger,
    blobs: new FolderBlobStore(config.archive),
    dialer: new SocketDialer(),
    secrets: new LocalSecrets(process.env),
    isParsePending: (rawKey) => pending.has(rawKey),
  };
}

/**
 * The ledger is opened for writing only if there is something to mark.
 * @returns how many records were marked
 * @throws as `markLost` does
 */
export async function repairLocally(
  account: AccountId,
  differences: readonly Difference[],
  config: Config,
): Promise<number> {
  if (!differences.some(({ kind }) => kind === 'object-missing')) return 0;
  const { ledger, lease, close } = openLocalLedger(config.ledger, 'write');
  try {
    return await markLost(account, differences, {
      ledger,
      lease,
      blobs: new FolderBlobStore(config.archive),
      ownerName: localOwnerName(),
      now: Date.now,
      newRunId: () => ulid(),
    });
  } finally {
    close();
  }
}
