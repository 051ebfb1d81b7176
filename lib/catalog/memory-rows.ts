// Rows that wait in memory, where a ledger has no place for them. A run that is killed loses those that are in no file yet:
// `mailferry reparse` makes them again.

import { placeOf } from '../core/catalog/catalog-key.ts';
import { MAX_FILE_OCTETS } from '../core/catalog/catalog-row.ts';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import type { WaitingGroup, WaitingRows } from '../ports/catalog.ts';
import { groupRows } from './group-rows.ts';

export class MemoryRows implements WaitingRows {
  readonly #rows = new Map<string, CatalogRow>();

  add(row: CatalogRow): void {
    this.#rows.set(idOf(row), row);
  }

  async next(limit: number): Promise<WaitingGroup | undefined> {
    const [group] = groupRows(this.#rows.values());
    if (group === undefined) return undefined;
    const sorted = group.rows.toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1)).slice(0, limit);
    let octets = 0;
    const enough = sorted.findIndex((row, index) => {
      octets += JSON.stringify(row).length;
      return index > 0 && octets > MAX_FILE_OCTETS;
    });
    // They never outlive the run that made them.
    return { ...group, form: undefined, rows: enough === -1 ? sorted : sorted.slice(0, enough) };
  }

  async remove({ rows }: WaitingGroup): Promise<void> {
    for (const row of rows) if (this.#rows.get(idOf(row)) === row) this.#rows.delete(idOf(row));
  }
}

function idOf(row: CatalogRow): string {
  return `${placeOf(row).account}/${row.sha256}`;
}
