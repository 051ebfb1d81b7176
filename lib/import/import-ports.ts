// What an import needs from the world.

import type { AccountAccess, BlobStore, JobQueue, Lease, Ledger, ParseJob, Pop3Ports } from '../ports.ts';

export interface ImportPorts {
  readonly pop3: Pop3Ports;
  readonly access: AccountAccess;
  readonly blobs: BlobStore;
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly parseQueue: JobQueue<ParseJob>;
  /** Where messages too large for memory are spooled. */
  readonly spoolDirectory: string;
  /** Who runs: the start of a lease's owner, `<host>/<pid>` on one machine. */
  readonly ownerName: string;
  /** Epoch milliseconds, UTC. */
  readonly now: () => number;
  /** A ULID. */
  readonly newRunId: () => string;
}
