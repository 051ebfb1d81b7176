// How the messages of one run are parsed, whoever does it and whenever.

import type { CatalogReport } from '../../catalog/run-catalog.ts';
import type { ParseQueue } from '../../ports/work.ts';

export interface Drained {
  /** Messages whose document says `parse-failed`. */
  readonly failed: number;
  /** `undefined` if none is wanted. */
  readonly catalog: CatalogReport | undefined;
}

export interface Parsing extends ParseQueue {
  /** Takes up what earlier runs left undone. */
  resume(): void;
  /** Waits for every job, and writes the catalog. @throws what kept jobs from being done */
  drain(): Promise<Drained>;
  /** Ends the workers at once: what is under way is done again by a later run. */
  abandon(): Promise<void>;
}
