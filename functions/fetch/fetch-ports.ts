// What polls and drains need from the world, beside what an import needs.

import type { ImportPorts } from '../../lib/import/import-ports.ts';
import type { AccountDirectory } from '../../lib/ports/directory.ts';
import type { EventSink, JobQueue } from '../../lib/ports/work.ts';
import type { DrainMessage } from '../messages.ts';
import type { MetricName } from '../metrics.ts';

export interface FetchPorts {
  readonly imports: ImportPorts;
  readonly directory: AccountDirectory;
  readonly drains: JobQueue<DrainMessage>;
  /** `undefined`: nobody is told, and nothing is kept of who was. */
  readonly events: EventSink | undefined;
  readonly watch: FetchWatch;
  /** A ULID. */
  readonly newDrainId: () => string;
}

/** Numbers for alarms, lines for people. In neither stands an address, a subject, or a word of a server's. An Error is told as `errorFacts` has it. */
export interface FetchWatch {
  count(metric: MetricName<'fetch'>, value: number): void;
  info(line: string, facts: Facts): void;
  warn(line: string, facts: Facts): void;
  error(line: string, facts: Facts): void;
}

export type Facts = Readonly<Record<string, unknown>>;
