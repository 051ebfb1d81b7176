// What rebuilding a ledger needs from the world: the archive, the ledger that is to be completed, and its lease.

import type { LeaseTaker } from '../lease/held-leases.ts';
import type { BlobStore } from '../ports/storage.ts';
import type { JobQueue, ParseJob } from '../ports/work.ts';
import type { Lease, Ledger } from '../ports/ledger.ts';

/** A raw object, and what is kept beside it. */
export interface OpenedRawObject {
  /** As `BlobStore.put` was given it; empty where the storage has no place for it. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly sizeOctets: number;
  /** To be read once, at once. They fail with ARCHIVE_UNREADABLE. */
  readonly octets: AsyncIterable<Uint8Array>;
  /** Whoever opened it calls this in a `finally`, read to its end or not. Safe to repeat. */
  close(): void;
}

export interface RebuildPorts extends LeaseTaker {
  readonly blobs: BlobStore;
  /** `undefined` if there is no such object. @throws ARCHIVE_UNREADABLE */
  readonly openRaw: (key: string) => Promise<OpenedRawObject | undefined>;
  readonly ledger: Ledger;
  readonly lease: Lease;
  /**
   * Takes messages without a document: the jobs of a lost ledger are lost with it, or the documents are lost. `undefined` where
   * nobody waits for jobs.
   */
  readonly parseQueue: JobQueue<ParseJob> | undefined;
}
