// The rows of one file of the catalog, as it lies in an archive: its compression is proven to its end, and each line is a row of
// its own account, or nothing of the file is believed.

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { CatalogPlace } from '../core/catalog/catalog-key.ts';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import { readCatalogFacts } from '../core/catalog/read-facts.ts';
import { parseRawKey } from '../core/keys.ts';

/** Of a file that is unpacked. Stops: a small file that unpacks to more than there is memory. */
export const MAX_UNPACKED_OCTETS = 64 * 1024 * 1024;

export interface ReadFile {
  readonly rows: readonly CatalogRow[];
  readonly unpackedOctets: number;
}

const unpack = promisify(gunzip);

/**
 * @param octets of the whole file. @param maxUnpackedOctets no more is ever unpacked
 * @returns `damaged` for what is no such file; `too-large` if there is more in it, of which nothing is known then
 */
export async function readCatalogFile(
  octets: Uint8Array,
  place: CatalogPlace,
  maxUnpackedOctets: number = MAX_UNPACKED_OCTETS,
): Promise<ReadFile | 'damaged' | 'too-large'> {
  try {
    const unpacked = await unpack(octets, { maxOutputLength: maxUnpackedOctets });
    const rows = readRows(unpacked, place);
    return rows === undefined ? 'damaged' : { rows, unpackedOctets: unpacked.length };
  } catch (error) {
    return isTooLarge(error) ? 'too-large' : 'damaged';
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

/** Line by line: what is no row ends it before there are millions of them. */
function readRows(unpacked: Buffer, place: CatalogPlace): CatalogRow[] | undefined {
  const rows: CatalogRow[] = [];
  for (let start = 0; start < unpacked.length;) {
    const end = unpacked.indexOf('\n', start);
    // Each line has its end, so nothing is behind the last one.
    if (end === -1) return undefined;
    const row = JSON.parse(unpacked.toString('utf8', start, end)) as CatalogRow;
    if (!isRow(row, place)) return undefined;
    rows.push(row);
    start = end + 1;
  }
  return rows;
}

/** By what compaction goes by. A row of a later version may have columns that are not known here: it stays as it is. */
function isRow(row: CatalogRow, { account }: CatalogPlace): boolean {
  const parts = parseRawKey(row.raw_key);
  if (parts === undefined || parts.account !== account || parts.sha256 !== row.sha256) return false;
  return typeof row.parser_version === 'string' && readCatalogFacts(row) !== undefined;
}
