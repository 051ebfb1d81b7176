// What an import needs from the world.

import type { AccountAccess } from '../ports/access.ts';
import type { BlobStore } from '../ports/storage.ts';
import type { ParseQueue } from '../ports/work.ts';
import type { Lease, Ledger } from '../ports/ledger.ts';
import type { Pop3Ports } from '../ports/pop3.ts';

export interface ImportPorts {
  readonly pop3: Pop3Ports;
  readonly access: AccountAccess;
  readonly blobs: BlobStore;
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly parseQueue: ParseQueue;
  /** Where messages too large for memory are spooled. */
  readonly spoolDirectory: string;
  /** Who runs: the start of a lease's owner, `<host>/<pid>` on one machine. */
  readonly ownerName: string;
  /** Epoch milliseconds, UTC. */
  readonly now: () => number;
  /** A ULID. */
  readonly newRunId: () => string;
}
