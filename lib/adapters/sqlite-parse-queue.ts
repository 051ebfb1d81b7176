// The parse queue of an archive on one machine: jobs survive a crash, and are done again if it came before their end.

import type { DatabaseSync } from 'node:sqlite';
import type { CatalogForm } from '../core/catalog/catalog-key.ts';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import type { JobQueue, ParseJob } from '../ports/work.ts';
import { keepCatalogRows } from './sqlite-catalog-rows.ts';
import { guardLedger, inTransaction, prepared } from './sqlite-database.ts';
import { groupCommitOf } from './sqlite-group-commit.ts';
import type { SqliteGroupCommit } from './sqlite-group-commit.ts';

export interface DoneJob {
  readonly job: ParseJob;
  /** `undefined`: no document was made, or no catalog is wanted. */
  readonly row: CatalogRow | undefined;
}

export class SqliteParseQueue implements JobQueue<ParseJob> {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #enqueued: SqliteGroupCommit;

  /** @param database from `openSqliteDatabase`, closed by whoever opened it; `path` is for error messages */
  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
    this.#enqueued = groupCommitOf(database, path);
  }

  async enqueue(job: ParseJob): Promise<void> {
    await this.add(job);
  }

  /**
   * As `enqueue`. A job for a raw object that is queued already keeps the facts of its first import.
   * @returns the job that is queued now, and whether it was before
   */
  async add(job: ParseJob): Promise<{ readonly job: ParseJob; readonly isRepeat: boolean }> {
    const { rawKey } = job.ingest;
    return await this.#enqueued.write(() => {
      const { changes } = prepared(
        this.#database,
        'INSERT INTO parse_job (raw_key, job) VALUES (?, ?) ON CONFLICT DO NOTHING',
      ).run(rawKey, JSON.stringify(job));
      if (Number(changes) > 0) return { job, isRepeat: false };
      const there = prepared(this.#database, 'SELECT job FROM parse_job WHERE raw_key = ?').get(rawKey);
      return { job: JSON.parse(String(there?.['job'])) as ParseJob, isRepeat: true };
    });
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

  /**
   * The jobs' objects are stored. Their rows for the catalog wait from then on: see sqlite-catalog-rows.ts.
   * @param form of the file that the rows are for; `undefined` if there are none
   */
  done(jobs: readonly DoneJob[], form: CatalogForm | undefined): void {
    guardLedger(this.#path, () =>
      inTransaction(this.#database, () => {
        const statement = this.#database.prepare('DELETE FROM parse_job WHERE raw_key = ?');
        for (const { job } of jobs) statement.run(job.ingest.rawKey);
        keepCatalogRows(
          this.#database,
          jobs.flatMap(({ row }) => row ?? []),
          form,
        );
      }),
    );
  }
}
