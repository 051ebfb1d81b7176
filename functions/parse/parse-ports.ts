// What the parse function needs from the world. Nothing here can read a mailbox, a secret or the ledger.

import type { S3BlobStore } from '../../lib/adapters/s3-blob-store.ts';
import type { ParsePool } from '../../lib/parse/worker-pool.ts';
import type { BlobStore } from '../../lib/ports/storage.ts';
import type { EventSink } from '../../lib/ports/work.ts';
import type { MetricName } from '../metrics.ts';

export interface ParsePorts {
  /** Notifications of any other bucket are refused. */
  readonly rawBucket: string;
  readonly raw: Pick<S3BlobStore, 'open'>;
  readonly documents: Documents;
  /** Where the catalog's files go; `undefined`: there is none. */
  readonly catalog: Pick<BlobStore, 'put'> | undefined;
  /** `undefined`: nobody wants to hear of each message. */
  readonly events: EventSink | undefined;
  readonly watch: ParseWatch;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Makes documents, in processes that are kept from one invocation to the next. */
export interface Documents extends Pick<ParsePool, 'parseOpened'> {
  /** Ends what is under way: it throws INTERRUPTED. The next message gets new processes. */
  abandon(): Promise<void>;
}

/** Numbers for alarms, lines for people. In neither stands an address, a subject, or a key that is not ours. */
export interface ParseWatch {
  count(metric: MetricName<'parse'>): void;
  info(line: string, facts: Readonly<Record<string, unknown>>): void;
  warn(line: string, facts: Readonly<Record<string, unknown>>): void;
  error(line: string, facts: Readonly<Record<string, unknown>>): void;
}
