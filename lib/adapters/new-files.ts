// The OutputFolder port on a disk: each file is written into a folder for temporary files, synced, and only then called by its
// name, which nobody else may have. Names are durable after `finish`.

import type { Dir } from 'node:fs';
import { mkdir, opendir, readdir, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MailferryError } from '../core/errors.ts';
import type { OutputFolder } from '../ports/storage.ts';
import { removeAbandoned } from '../spool/remove-abandoned.ts';
import { createTempFile } from '../spool/temp-file.ts';
import type { TempFile } from '../spool/temp-file.ts';
import { isAbsentError, nameOnce, syncPath } from './durable-names.ts';
import { orOutputError } from './output-errors.ts';

/** What every filesystem can keep of a time: 1970 to 2106. */
const LAST_SECOND = 0xffffffff;

/**
 * @param folder absolute path; made with its parents if it is not there
 * @param folders to be made in it at once; a folder with other things in it and without these is refused
 * @param temporary the name of the one in it for temporary files
 * @throws EXPORT_EXISTS, EXPORT_UNWRITABLE
 */
export async function openOutputFolder(
  folder: string,
  folders: readonly string[],
  temporary: string,
): Promise<OutputFolder> {
  await orOutputError(folder, async () => {
    await refuseForeign(folder, folders, temporary);
    for (const name of [...folders, temporary])
      await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
    await removeAbandoned(join(folder, temporary));
  });
  return new NewFiles(folder, join(folder, temporary));
}

class NewFiles implements OutputFolder {
  readonly #folder: string;
  readonly #temporary: string;
  readonly #made = new Set<string>();
  /** Folders with names that may not be durable yet. */
  readonly #unsynced: Set<string>;

  constructor(folder: string, temporary: string) {
    this.#folder = folder;
    this.#temporary = temporary;
    this.#unsynced = new Set([folder, dirname(folder)]);
  }

  async has(name: string): Promise<boolean> {
    const path = join(this.#folder, name);
    return await orOutputError(path, async () => await isThere(path));
  }

  async *names(folder: string): AsyncGenerator<string, void, undefined> {
    const path = join(this.#folder, folder);
    const found = await orOutputError(path, async () => await openIfThere(path));
    if (found === undefined) return;
    // Ends with the loop, however that ends.
    for await (const { name } of found) yield name;
  }

  async write(
    name: string,
    octets: AsyncIterable<Uint8Array>,
    modifiedAt: Date,
  ): Promise<'written' | 'exists'> {
    const path = join(this.#folder, name);
    const temporary = await orOutputError(path, async () => await createTempFile(this.#temporary));
    try {
      for await (const chunk of octets) await orOutputError(path, async () => await temporary.append(chunk));
      return await orOutputError(path, async () => await this.#giveName(temporary, path, modifiedAt));
    } finally {
      await temporary.remove();
    }
  }

  async finish(): Promise<void> {
    for (const folder of this.#unsynced) {
      await orOutputError(folder, async () => await syncPath(folder));
      this.#unsynced.delete(folder);
    }
  }

  async #giveName(temporary: TempFile, path: string, modifiedAt: Date): Promise<'written' | 'exists'> {
    const seconds = Math.min(Math.max(0, modifiedAt.getTime() / 1000), LAST_SECOND);
    await utimes(temporary.path, seconds, seconds);
    await temporary.sync();
    await temporary.close();
    const folder = dirname(path);
    if (!this.#made.has(folder)) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      this.#made.add(folder);
      this.#unsynced.add(dirname(folder));
    }
    this.#unsynced.add(folder);
    return nameOnce(temporary.path, path) ? 'written' : 'exists';
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsentError(error)) return false;
    throw error;
  }
}

async function openIfThere(path: string): Promise<Dir | undefined> {
  try {
    return await opendir(path);
  } catch (error) {
    if (isAbsentError(error)) return undefined;
    throw error;
  }
}

/** Or a mistyped path would fill somebody's folder. */
async function refuseForeign(folder: string, folders: readonly string[], temporary: string): Promise<void> {
  if (!(await isThere(folder))) return;
  const names = await readdir(folder);
  const isOurs = folders.every((name) => names.includes(name));
  if (isOurs || names.every((name) => folders.includes(name) || name === temporary)) return;
  throw new MailferryError(`${folder} has files in it, and lacks the folders ${folders.join(' and ')}`, {
    code: 'EXPORT_EXISTS',
    scope: 'config',
    retryable: false,
    hint: 'name a folder that is new, empty, or of this form already',
  });
}
