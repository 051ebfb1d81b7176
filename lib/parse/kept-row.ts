// The catalog's row of a document from before, which is kept because the message cannot be parsed again now. Made of the document,
// as the row was that may have been lost with the process that was to write it.

import { catalogFactsOf } from '../core/catalog/catalog-facts.ts';
import { toCatalogRow } from '../core/catalog/catalog-row.ts';
import type { CatalogFacts, CatalogRow } from '../core/catalog/catalog-row.ts';
import { readCatalogFacts } from '../core/catalog/read-facts.ts';
import type { IngestFacts, MessageDocument } from '../core/message/document.ts';
import type { BlobStore } from '../ports/storage.ts';
import { parsedKeyOf } from './derived-keys.ts';
import { md5 } from './md5.ts';

/** What `PARSER_IDENTITY.version` of any version is like. */
const PARSER_VERSION = /^\d{1,9}\+[\w.-]{1,100}$/;

/** @returns `undefined` if there is no document that a parser of ours made of this message. @throws ARCHIVE_UNREADABLE */
export async function keptRowOf(
  ingest: IngestFacts,
  blobs: Pick<BlobStore, 'get'>,
): Promise<CatalogRow | undefined> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await blobs.get(parsedKeyOf(ingest))) ?? []) chunks.push(chunk);
  try {
    const document = JSON.parse(Buffer.concat(chunks).toString('utf8')) as MessageDocument;
    const { rawKey, parser } = document.ingest;
    const facts = factsOf(document);
    if (rawKey !== ingest.rawKey || !PARSER_VERSION.test(parser.version) || facts === undefined)
      return undefined;
    return toCatalogRow(ingest, parser.version, facts);
  } catch {
    return undefined;
  }
}

/** Anybody may have put something there: its facts are believed as those of a worker are. */
function factsOf(document: MessageDocument): CatalogFacts | undefined {
  return readCatalogFacts(catalogFactsOf(document, md5));
}
