// Writes that are asked for at the same time share one transaction, and so one wait for the disk. Where several were, more are
// waited for: each of them is one of many under way. Who comes alone goes at once.

import type { DatabaseSync } from 'node:sqlite';
import { guardLedger, inTransaction, isBusy as isBusyDatabase } from './sqlite-database.ts';

const GATHERING_MS = 8;

const ofDatabases = new WeakMap<DatabaseSync, SqliteGroupCommit>();

/** The one of this database, so that its records and its jobs wait for the disk together. @param database as for SqliteLedger */
export function groupCommitOf(database: DatabaseSync, path: string): SqliteGroupCommit {
  const known = ofDatabases.get(database) ?? new SqliteGroupCommit(database, path);
  ofDatabases.set(database, known);
  return known;
}

interface Waiting {
  /** Inside the transaction; what it returns tells whoever waits, once that is on the disk. */
  readonly run: () => () => void;
  readonly fail: (error: unknown) => void;
}

export class SqliteGroupCommit {
  readonly #database: DatabaseSync;
  readonly #path: string;
  #waiting: Waiting[] = [];
  #hasCompany = false;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  /**
   * On the disk when it resolves. In the order in which they were asked for.
   * @throws LEDGER_FAILED
   */
  async write<T>(step: () => T): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      this.#waiting.push({
        run: () => {
          const result = step();
          return () => resolve(result);
        },
        fail: reject,
      });
      if (this.#waiting.length > 1) return;
      if (this.#hasCompany) setTimeout(() => this.#commit(), GATHERING_MS);
      else setImmediate(() => this.#commit());
    });
  }

  #commit(): void {
    const group = this.#waiting;
    this.#waiting = [];
    this.#hasCompany = group.length > 1;
    try {
      this.#inOneTransaction(group);
    } catch (error) {
      if (group.length === 1 || isBusy(error)) for (const { fail } of group) fail(error);
      else this.#oneByOne(group);
    }
  }

  /** Nothing of the group was written: one that cannot be must not take the others with it. */
  #oneByOne(group: readonly Waiting[]): void {
    for (const waiting of group) {
      try {
        this.#inOneTransaction([waiting]);
      } catch (error) {
        waiting.fail(error);
      }
    }
  }

  #inOneTransaction(group: readonly Waiting[]): void {
    const done = guardLedger(this.#path, () =>
      inTransaction(this.#database, () => group.map(({ run }) => run())),
    );
    for (const tell of done) tell();
  }
}

/** Somebody holds the database, and every further try would wait as long. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && isBusyDatabase(error.cause);
}
