// A port: The catalog's rows before they are in a file, and its files when they are in the way.
// Anything thrown is a MailferryError.

import type { AccountId } from '../core/account.ts';
import type { CatalogForm, CatalogPlace } from '../core/catalog/catalog-key.ts';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';

/** Rows that belong into one file. */
export interface RowGroup extends CatalogPlace {
  /** By sha256. */
  readonly rows: readonly CatalogRow[];
}

export interface WaitingGroup extends RowGroup {
  /** Of their file, as the run wanted it that made them; `undefined`: any will do. */
  readonly form: CatalogForm | undefined;
}

/** Rows that wait for their file. A message has one of each form at most: the latest. */
export interface WaitingRows {
  /**
   * Some of those that wait, of one account, day and form; the same ones until they are taken away, but for rows that come in between.
   * @param limit rows at most; fewer if they would be more than MAX_FILE_OCTETS
   * @returns `undefined` when none wait. @throws LEDGER_FAILED
   */
  next(limit: number): Promise<WaitingGroup | undefined>;
  /** They are in a file. One that was replaced by another since still waits. @throws LEDGER_FAILED */
  remove(group: WaitingGroup): Promise<void>;
}

/** Looks at rows that wait, and takes none away. */
export interface WaitingRowsReader {
  /** All of an account's, grouped as by `WaitingRows.next`; those of a message are in one group of each form. @throws LEDGER_FAILED */
  waitingOf(account: AccountId): AsyncIterable<WaitingGroup>;
}

/** Takes files of the catalog away, and can take away nothing else. */
export interface CatalogFiles {
  /**
   * Safe to repeat. Throws an Error for a key that is none of the catalog's.
   * @throws ARCHIVE_UNWRITABLE
   */
  remove(key: string): Promise<void>;
}
