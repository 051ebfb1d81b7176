// The CatalogFiles port over the folder of an archive.

import { unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseCatalogKey } from '../core/catalog/catalog-key.ts';
import type { CatalogFiles } from '../ports/catalog.ts';
import { isAbsentError, syncPath } from './durable-names.ts';
import { writeError } from './folder-errors.ts';

export class FolderCatalogFiles implements CatalogFiles {
  readonly #folder: string;

  /** @param folder absolute path, of the archive */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async remove(key: string): Promise<void> {
    if (parseCatalogKey(key) === undefined) throw new Error('not a file of the catalog');
    const path = join(this.#folder, key);
    try {
      await unlink(path);
      await syncPath(dirname(path));
    } catch (error) {
      if (!isAbsentError(error)) throw writeError(error, `object ${key}`, this.#folder);
    }
  }
}
