// Rows for tests: one of a small message, with what is to be another.

import { catalogFactsOf } from '../../../lib/core/catalog/catalog-facts.ts';
import { toCatalogRow } from '../../../lib/core/catalog/catalog-row.ts';
import type { CatalogRow } from '../../../lib/core/catalog/catalog-row.ts';
import type { MessageDocument } from '../../../lib/core/message/document.ts';
import { failedDocument } from '../../../lib/parse/failed-document.ts';
import { md5 } from '../../../lib/parse/md5.ts';
import { ingestOf } from '../../parse/parsed.ts';

/** @param content of the raw message: another one is another message */
export function rowOf(content: string, changes: Partial<CatalogRow> = {}): CatalogRow {
  const ingest = ingestOf(Buffer.from(content));
  const document = { ...failedDocument(ingest, 'worker-died'), subject: content, problems: [] };
  const row = toCatalogRow(ingest, '2+mailparser.1.0.0', factsOf(document));
  if (row === undefined) throw new Error('it is of no raw message');
  return { ...row, ...changes };
}

export function factsOf(document: MessageDocument): ReturnType<typeof catalogFactsOf> {
  return catalogFactsOf(document, md5);
}
