// Rows to the octets of one file. The same rows give the same name, so that a file written twice is one file.

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { CatalogForm } from '../core/catalog/catalog-key.ts';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import type { Sha256 } from '../core/record.ts';
import type { Blob } from '../ports/storage.ts';

export interface CatalogFile {
  readonly blob: Blob;
  /** Of what the rows say, not of how they are compressed. */
  readonly name: string;
}

/** Half of a sha256: enough that no two files have one name. */
const NAME_CHARACTERS = 32;

const compress = promisify(gzip);

/** @param rows at least one. They are all held in memory, and the file too */
export async function toCatalogFile(form: CatalogForm, rows: readonly CatalogRow[]): Promise<CatalogFile> {
  const sorted = rows.toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const lines = Buffer.from(sorted.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const name = sha256Of(lines).slice(0, NAME_CHARACTERS);
  return { name, blob: blobOf(form === 'ndjson' ? await compress(lines) : await toParquet(sorted)) };
}

/** Loaded only by those who want it. */
async function toParquet(rows: readonly CatalogRow[]): Promise<Uint8Array> {
  const { encodeParquet } = await import('./encode-parquet.ts');
  return encodeParquet(rows);
}

function blobOf(octets: Uint8Array): Blob {
  return {
    sizeOctets: octets.length,
    sha256: sha256Of(octets),
    open: async function* () {
      yield octets;
    },
  };
}

function sha256Of(octets: Uint8Array): Sha256 {
  return createHash('sha256').update(octets).digest('hex') as Sha256;
}
