// The rows of a run on their way into files: a file whenever there are many, and the rest at the end. A file that cannot be
// written fails no message: its rows wait on, and the report says so.

import { describeError } from '../core/errors.ts';
import type { CatalogForm } from '../core/catalog/catalog-key.ts';
import type { WaitingRows } from '../ports/catalog.ts';
import type { BlobStore } from '../ports/storage.ts';
import { writeGroup } from './write-group.ts';

export interface CatalogReport {
  /** Written into files. */
  readonly rows: number;
  readonly files: number;
  /** Why rows still wait. */
  readonly error?: string;
}

export interface RunCatalogOptions {
  readonly waiting: WaitingRows;
  readonly blobs: Pick<BlobStore, 'put'>;
  readonly form: CatalogForm;
  /** Of one file, at most; so many waiting rows are written before the end. Only for tests. */
  readonly rowsPerFile?: number;
}

/** Some ten megabytes while they are written. */
const ROWS_PER_FILE = 5000;

export class RunCatalog {
  readonly #options: Required<RunCatalogOptions>;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  #unwritten = 0;
  #rows = 0;
  #files = 0;
  #error: unknown;

  constructor(options: RunCatalogOptions) {
    this.#options = { rowsPerFile: ROWS_PER_FILE, ...options };
  }

  /** So many rows more wait. Returns at once; never throws. */
  added(rows: number): void {
    this.#unwritten += rows;
    const isWorthIt = this.#unwritten >= this.#options.rowsPerFile;
    // After a failure the rest is tried at the end: once, not with each row.
    if (isWorthIt && !this.#isWriting && this.#error === undefined)
      this.#writing = this.#write(this.#unwritten);
  }

  /** Writes what waits, also what earlier runs left. Never throws. */
  async finish(): Promise<CatalogReport> {
    await this.#writing;
    this.#error = undefined;
    await this.#write(Number.POSITIVE_INFINITY);
    const report = { rows: this.#rows, files: this.#files };
    return this.#error === undefined ? report : { ...report, error: describeError(this.#error) };
  }

  /** @param enough rows: those that come meanwhile are for a file of their own, not for many small ones */
  async #write(enough: number): Promise<void> {
    this.#isWriting = true;
    this.#unwritten = 0;
    try {
      await this.#writeGroups(enough);
    } catch (error) {
      this.#error = error;
    } finally {
      this.#isWriting = false;
    }
  }

  async #writeGroups(enough: number): Promise<void> {
    const { waiting, blobs, form, rowsPerFile } = this.#options;
    const until = this.#rows + enough;
    while (this.#rows < until) {
      const group = await waiting.next(rowsPerFile);
      if (group === undefined) return;
      await writeGroup(group, form, blobs);
      // Were it killed here, they would be written again: to the same file, or twice, and a row twice is one for readers.
      await waiting.remove(group);
      this.#files += 1;
      this.#rows += group.rows.length;
    }
  }
}
