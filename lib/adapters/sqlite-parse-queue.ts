// The parse queue of an archive on one machine: jobs survive a crash, and are done again if it came before their end.

import type { DatabaseSync } from 'node:sqlite';
import type { JobQueue, ParseJob } from '../ports/work.ts';
import { guardLedger } from './sqlite-database.ts';

export class SqliteParseQueue implements JobQueue<ParseJob> {
  readonly #database: DatabaseSync;
  readonly #path: string;

  /** @param database from `openSqliteDatabase`, closed by whoever opened it; `path` is for error messages */
  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  /** A job for a raw object that is queued already keeps the facts of its first import. */
  async enqueue(job: ParseJob): Promise<void> {
    guardLedger(this.#path, () =>
      this.#database
        .prepare('INSERT INTO parse_job (raw_key, job) VALUES (?, ?) ON CONFLICT DO NOTHING')
        .run(job.ingest.rawKey, JSON.stringify(job)),
    );
  }

  /** Every job not yet done, those of earlier runs too. */
  pending(): ParseJob[] {
    return guardLedger(this.#path, () =>
      this.#database
        .prepare('SELECT job FROM parse_job')
        .all()
        .map((row) => JSON.parse(String(row['job'])) as ParseJob),
    );
  }

  /** The job's objects are stored. */
  done(job: ParseJob): void {
    guardLedger(this.#path, () =>
      this.#database.prepare('DELETE FROM parse_job WHERE raw_key = ?').run(job.ingest.rawKey),
    );
  }
}
