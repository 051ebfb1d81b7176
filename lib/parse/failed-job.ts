// What is stored of a message that no worker could say anything about: a document that tells why, and its row.

import { catalogFactsOf } from '../core/catalog/catalog-facts.ts';
import { MAX_SPOOL_MEMORY_OCTETS } from '../core/limits.ts';
import { spool } from '../spool/spool.ts';
import { failedDocument } from './failed-document.ts';
import { md5 } from './md5.ts';
import type { Job, ParsedJob } from './run-job.ts';

/** The caller disposes of the document. @throws SPOOL_FAILED */
export async function failedJob({ ingest, failure }: Required<Job>, directory: string): Promise<ParsedJob> {
  const document = failedDocument(ingest, failure);
  const source = (async function* () {
    yield Buffer.from(`${JSON.stringify(document)}\n`);
  })();
  const spooled = await spool(source, { directory, memoryOctets: MAX_SPOOL_MEMORY_OCTETS });
  return { document: spooled, facts: catalogFactsOf(document, md5) };
}
