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
  /** Of the files; but rows that an earlier run left wait for a file of the form that run was to write. */
  readonly form: CatalogForm;
  /** Of one file, at most; so many waiting rows are written before the end. Only for tests. */
  readonly rowsPerFile?: number;
}

/** Some ten megabytes while they are written. */
const ROWS_PER_FILE = 5000;

/** Files' worth of rows, at most, that wait for the next attempt while the store fails. */
const MAX_FILES_APART = 8;

export class RunCatalog {
  readonly #options: Required<RunCatalogOptions>;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  /** Rows that were added and not written; what earlier runs left is not among them. */
  #unwritten = 0;
  /** Of those, before an attempt is made. */
  #enough: number;
  /** Attempts in a row that failed. */
  #failures = 0;
  #rows = 0;
  #files = 0;
  #error: unknown;

  constructor(options: RunCatalogOptions) {
    this.#options = { rowsPerFile: ROWS_PER_FILE, ...options };
    this.#enough = this.#options.rowsPerFile;
  }

  get form(): CatalogForm {
    return this.#options.form;
  }

  /** So many rows more wait. Returns at once; never throws. */
  added(rows: number): void {
    this.#unwritten += rows;
    if (this.#unwritten >= this.#enough && !this.#isWriting) this.#writing = this.#write(this.#unwritten);
  }

  /** Writes what waits, also what earlier runs left. Never throws. */
  async finish(): Promise<CatalogReport> {
    await this.#writing;
    await this.#write(Number.POSITIVE_INFINITY);
    const report = { rows: this.#rows, files: this.#files };
    return this.#error === undefined ? report : { ...report, error: describeError(this.#error) };
  }

  /** @param rows those that come meanwhile are for a file of their own, not for many small ones */
  async #write(rows: number): Promise<void> {
    const { rowsPerFile } = this.#options;
    this.#isWriting = true;
    this.#error = undefined;
    try {
      await this.#writeGroups(rows);
      this.#failures = 0;
      this.#enough = rowsPerFile;
    } catch (error) {
      this.#error = error;
      // Not given up for the rest of the run, and not asked again with each row: after a file's worth of rows, then two, four.
      const filesApart = Math.min(2 ** this.#failures, MAX_FILES_APART);
      this.#failures += 1;
      this.#enough = this.#unwritten + filesApart * rowsPerFile;
    } finally {
      this.#isWriting = false;
    }
  }

  async #writeGroups(rows: number): Promise<void> {
    const { waiting, blobs, form, rowsPerFile } = this.#options;
    const until = this.#rows + rows;
    while (this.#rows < until) {
      const group = await waiting.next(rowsPerFile);
      if (group === undefined) {
        // Of several rows of a message one is written.
        this.#unwritten = 0;
        return;
      }
      await writeGroup(group, group.form ?? form, blobs);
      // Were it killed here, they would be written again: to the same file, or twice, and a row twice is one for readers.
      await waiting.remove(group);
      this.#files += 1;
      this.#rows += group.rows.length;
      this.#unwritten = Math.max(0, this.#unwritten - group.rows.length);
    }
  }
}
