// The rows of one file of the catalog, as it lies in an archive: its compression is proven to its end, and each line is a row of
// its own account, or nothing of the file is believed.

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { CatalogPlace } from '../core/catalog/catalog-key.ts';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import { readCatalogFacts } from '../core/catalog/read-facts.ts';
import { parseRawKey } from '../core/keys.ts';

/** Of a file that is unpacked. Stops: a small file that unpacks to more than there is memory. */
const MAX_UNPACKED_OCTETS = 256 * 1024 * 1024;

const unpack = promisify(gunzip);

/** @param octets of the whole file. @returns `undefined` for what is no such file */
export async function readCatalogFile(
  octets: Uint8Array,
  place: CatalogPlace,
): Promise<readonly CatalogRow[] | undefined> {
  try {
    const text = (await unpack(octets, { maxOutputLength: MAX_UNPACKED_OCTETS })).toString('utf8');
    const lines = text.split('\n');
    // Each line has its end, so nothing is behind the last one.
    if (lines.pop() !== '') return undefined;
    const rows = lines.map((line) => JSON.parse(line) as CatalogRow);
    return rows.every((row) => isRow(row, place)) ? rows : undefined;
  } catch {
    return undefined;
  }
}

/** By what compaction goes by. A row of a later version may have columns that are not known here: it stays as it is. */
function isRow(row: CatalogRow, { account }: CatalogPlace): boolean {
  const parts = parseRawKey(row.raw_key);
  if (parts === undefined || parts.account !== account || parts.sha256 !== row.sha256) return false;
  return typeof row.parser_version === 'string' && readCatalogFacts(row) !== undefined;
}
