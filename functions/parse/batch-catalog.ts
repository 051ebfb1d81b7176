// The catalog's rows of one batch: a file for each account and day in it, written before the batch is answered for. A message whose
// row could not be written goes back to the queue, so no row is lost; parsed again, its row is the same.

import { groupRows } from '../../lib/catalog/group-rows.ts';
import { writeGroup } from '../../lib/catalog/write-group.ts';
import { placeOf } from '../../lib/core/catalog/catalog-key.ts';
import type { CatalogRow } from '../../lib/core/catalog/catalog-row.ts';
import { inParallel } from '../../lib/core/in-parallel.ts';
import type { RowGroup } from '../../lib/ports/catalog.ts';
import { errorFacts } from '../observe.ts';
import type { ParsePorts } from './parse-ports.ts';

const FILES_AT_ONCE = 8;

export class BatchCatalog {
  readonly #ports: Pick<ParsePorts, 'catalog' | 'watch'>;
  readonly #rows: { readonly messageId: string; readonly row: CatalogRow }[] = [];

  constructor(ports: Pick<ParsePorts, 'catalog' | 'watch'>) {
    this.#ports = ports;
  }

  /** @param messageId of the queue's message that the row is of */
  add(messageId: string, row: CatalogRow): void {
    if (this.#ports.catalog !== undefined) this.#rows.push({ messageId, row });
  }

  /** Once, when all of the batch are done. Never throws. @returns the messages whose rows are in no file */
  async write(): Promise<ReadonlySet<string>> {
    const rows = [...this.#rows];
    const unwritten = new Set<string>();
    await inParallel(groupRows(rows.map(({ row }) => row)), FILES_AT_ONCE, async (group) => {
      if (await this.#isWritten(group)) return;
      for (const { messageId, row } of rows) if (belongsTo(group, row)) unwritten.add(messageId);
    });
    return unwritten;
  }

  async #isWritten(group: RowGroup): Promise<boolean> {
    const { catalog, watch } = this.#ports;
    if (catalog === undefined) return true;
    try {
      await writeGroup(group, 'ndjson', catalog);
      return true;
    } catch (error) {
      const facts = error instanceof Error ? errorFacts(error) : { name: typeof error };
      const { account, rows } = group;
      watch.error('rows of the catalog could not be written', { account, rows: rows.length, error: facts });
      return false;
    }
  }
}

function belongsTo(group: RowGroup, row: CatalogRow): boolean {
  const { account, ingestDt } = placeOf(row);
  return account === group.account && ingestDt === group.ingestDt;
}
