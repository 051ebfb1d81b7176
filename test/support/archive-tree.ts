// Every object of an archive folder with its octets, so that two archives can be compared whole. Never changes anything.

import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Where objects lie; beside them are the ledger and temporary files. */
const OBJECTS = /^(raw|parsed|attachments|catalog)\//;

/** Key and octets, in the order of the keys. An absent folder has none. */
export async function readTree(folder: string): Promise<[string, Buffer][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const keys = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((key) => OBJECTS.test(key))
    .sort();
  return await Promise.all(
    keys.map(async (key): Promise<[string, Buffer]> => [key, await readFile(join(folder, key))]),
  );
}
