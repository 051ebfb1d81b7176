// What parsing an archive again needs from the world. Of the ledger and of raw objects nothing is ever written.

import type { AccountId } from '../core/account.ts';
import type { IngestFacts } from '../core/message/document.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { BlobStore } from '../ports/storage.ts';
import type { RebuildPorts } from '../rebuild/rebuild-ports.ts';

export interface ReparsePorts extends Pick<RebuildPorts, 'openRaw'> {
  readonly blobs: Pick<BlobStore, 'get' | 'stat' | 'list'>;
  readonly documents: Documents;
  readonly ledger: Pick<Ledger, 'records'>;
  /** Parse jobs that are written down and not done yet, by raw key. @throws LEDGER_FAILED */
  readonly pendingJobs: () => ReadonlyMap<string, IngestFacts>;
  /** Whether a run has the account's lease now. @throws LEDGER_FAILED */
  readonly isAtWork: (account: AccountId) => Promise<boolean>;
}

export interface Documents {
  /**
   * Makes the document of an open raw object, and its attachments. Safe to repeat, and to call for many at once.
   * @param raw the octets of `ingest.rawKey`; an error of theirs is thrown on, and nothing is written then
   * @throws ARCHIVE_*, SPOOL_FAILED, INTERRUPTED; PARSE_FAILED of scope `config` if no worker can be started
   */
  make(ingest: IngestFacts, raw: AsyncIterable<Uint8Array>): Promise<MadeDocument>;
}

export interface MadeDocument {
  /** As they are counted in a report. */
  readonly outcome: 'written' | 'unchanged' | 'kept' | 'failed';
  /** Attachments, of whatever messages, that were put right since the last one was made. */
  readonly mended: number;
}
