// What a move needs from the world: the two places, and a little more. Only reads in the source, but for its lease.

import type { AccountId } from '../core/account.ts';
import type { LeaseTaker } from '../lease/held-leases.ts';
import type { BlobStore } from '../ports/storage.ts';
import type { JobQueue, ParseJob } from '../ports/work.ts';
import type { Lease, Ledger } from '../ports/ledger.ts';

export interface Place {
  readonly blobs: BlobStore;
  readonly ledger: Ledger;
  readonly lease: Lease;
}

export interface MoveTarget extends Place {
  /** Takes messages whose document is still to be made. `undefined` where the stored object itself is the job. */
  readonly parseQueue: JobQueue<ParseJob> | undefined;
}

export interface MovePorts extends LeaseTaker {
  readonly source: Place;
  /** May share the archive or the ledger with the source: then it is the same object. */
  readonly target: MoveTarget;
  /**
   * Writes rows of the account that are in no file of the source's catalog yet into files of the target; there they wait on. Safe
   * to repeat. Absent where rows wait in no ledger, or in one that both share.
   * @param mayGoOn to be called before each file
   * @returns how many. @throws also what `mayGoOn` throws
   */
  readonly copyWaitingRows?: (account: AccountId, mayGoOn: () => Promise<void>) => Promise<number>;
  /** Where objects too large for memory are held on their way. */
  readonly spoolDirectory: string;
}

/** Only the archive is moved: no record says anything of the target alone. */
export function isLedgerShared({ source, target }: Pick<MovePorts, 'source' | 'target'>): boolean {
  return source.ledger === target.ledger;
}
