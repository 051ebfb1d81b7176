// Rows sorted into the files they belong to.

import { placeOf } from '../core/catalog/catalog-key.ts';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import type { RowGroup } from '../ports/catalog.ts';

/** @param rows of several for one message the last counts */
export function groupRows(rows: Iterable<CatalogRow>): RowGroup[] {
  const groups = new Map<string, { place: ReturnType<typeof placeOf>; rows: Map<string, CatalogRow> }>();
  for (const row of rows) {
    const place = placeOf(row);
    const id = `${place.account}/${place.ingestDt}`;
    const group = groups.get(id) ?? { place, rows: new Map<string, CatalogRow>() };
    groups.set(id, group);
    group.rows.set(row.sha256, row);
  }
  return [...groups.values()].map((group) => ({ ...group.place, rows: [...group.rows.values()] }));
}
