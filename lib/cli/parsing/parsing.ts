// How the messages of one run are parsed, whoever does it and whenever.

import type { JobQueue, ParseJob } from '../../ports/work.ts';

export interface Parsing extends JobQueue<ParseJob> {
  /** Takes up what earlier runs left undone. */
  resume(): void;
  /** Waits for every job; messages whose document says `parse-failed` are counted. @throws what kept jobs from being done */
  drain(): Promise<{ readonly failed: number }>;
  /** Ends the workers at once: what is under way is done again by a later run. */
  abandon(): Promise<void>;
}
