// The BlobStore port over a folder. An object appears under its key complete and durable, or not at all: it is written
// to a temporary file, synced, given its name, and the folder is synced. The temporary files live in `.tmp` only. Objects
// that are put at the same time wait for the disk together.

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MailferryError } from '../core/errors.ts';
import type { Blob, BlobStore, PutOptions } from '../ports/storage.ts';
import { TEMP_FOLDER } from './archive-folder.ts';
import { DiskRounds } from './disk-rounds.ts';
import { isAbsentError } from './durable-names.ts';
import { readError, writeError } from './folder-errors.ts';
import { adoptObjectFile, writeObjectFile } from './object-file.ts';
import type { ObjectFile } from './object-file.ts';

export class FolderBlobStore implements BlobStore {
  readonly #folder: string;
  /** Folders that are there, with names that are durable. */
  readonly #made = new Set<string>();
  readonly #rounds = new DiskRounds();

  /** @param folder absolute path, with its `.tmp` folder (see `openArchiveFolder`) */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(key: string, blob: Blob, options: PutOptions = {}): Promise<'stored' | 'exists'> {
    const path = this.#pathOf(key);
    // Mostly there is nothing, and an exception for each message would cost more than all the rest of this.
    const mayBeThere = options.mode !== 'replace' && existsSync(path);
    if (mayBeThere && (await this.#isThereDurably(key, blob))) return 'exists';
    const temporary = join(this.#folder, TEMP_FOLDER);
    const mayReplace = options.mode === 'replace';
    let file: ObjectFile | undefined;
    try {
      // What is replaced may be read meanwhile, so its file must be nobody else's.
      file = mayReplace ? undefined : await adoptObjectFile(key, blob, temporary);
      let named = file && (await this.#giveName(file, path));
      if (file === undefined || named === 'no-links') {
        file = await writeObjectFile(key, blob, temporary);
        named = await this.#giveName(file, path, mayReplace);
      }
      if (named === 'linked') return 'stored';
      // Another run was faster. It must have stored the same octets.
      if (await this.#isThereDurably(key, blob)) return 'exists';
      throw new Error('another program made the file and took it away again');
    } catch (error) {
      throw writeError(error, `object ${key}`, this.#folder);
    } finally {
      await file?.remove();
    }
  }

  async get(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    if ((await this.stat(key)) === undefined) return undefined;
    return readObject(this.#pathOf(key), key);
  }

  async stat(key: string): Promise<{ readonly sizeOctets: number } | undefined> {
    try {
      return { sizeOctets: statSync(this.#pathOf(key)).size };
    } catch (error) {
      if (isAbsentError(error)) return undefined;
      throw readError(error, key);
    }
  }

  async verify(
    key: string,
    expected: Parameters<BlobStore['verify']>[1],
  ): Promise<'intact' | 'absent' | 'different'> {
    const found = await this.stat(key);
    if (!found) return 'absent';
    const { sizeOctets = found.sizeOctets } = expected;
    if (found.sizeOctets !== sizeOctets) return 'different';
    return (await this.#sha256Of(key)) === expected.sha256 ? 'intact' : 'different';
  }

  async *list(prefix: string): AsyncGenerator<string, void, undefined> {
    let entries;
    try {
      entries = await readdir(this.#pathOf(prefix), { withFileTypes: true });
    } catch (error) {
      if (isAbsentError(error)) return;
      throw readError(error, prefix);
    }
    for (const entry of entries) {
      const key = `${prefix}${entry.name}`;
      if (entry.isDirectory()) yield* this.list(`${key}/`);
      else yield key;
    }
  }

  async makeDurable(key: string): Promise<void> {
    try {
      await this.#makeDurable(this.#pathOf(key));
    } catch (error) {
      throw writeError(error, `object ${key}`, this.#folder);
    }
  }

  /** As ObjectFile.giveName, and durably. */
  async #giveName(
    file: ObjectFile,
    path: string,
    mayReplace = false,
  ): Promise<ReturnType<ObjectFile['giveName']>> {
    let named: ReturnType<ObjectFile['giveName']> = 'linked';
    await this.#makeDurable(path, file, () => {
      if (mayReplace) renameSync(file.path, path);
      else named = file.giveName(path);
    });
    return named;
  }

  /** @param file whose octets are not durable yet, with what gives it its name */
  async #makeDurable(path: string, file?: ObjectFile, giveName?: () => void): Promise<void> {
    let folders: readonly string[] = [];
    await this.#rounds.make({
      sync: async () => await file?.sync(),
      name: () => {
        folders = this.#makeFolder(dirname(path));
        giveName?.();
        return folders;
      },
    });
    for (const folder of folders) this.#made.add(folder);
  }

  /** Whoever named it may have died before the name was durable, so it is made so here. */
  async #isThereDurably(key: string, blob: Blob): Promise<boolean> {
    if (!(await this.#isThereIntact(key, blob))) return false;
    await this.makeDurable(key);
    return true;
  }

  /**
   * @returns it, and those above it in which a name may not be durable: an earlier run may have died before it could make it so
   */
  #makeFolder(folder: string): string[] {
    const folders = [folder];
    if (this.#made.has(folder)) return folders;
    mkdirSync(folder, { recursive: true });
    for (let made = folder; made.length > this.#folder.length && !this.#made.has(made); made = dirname(made))
      folders.push(dirname(made));
    return folders;
  }

  /** Whether the object is there with the octets of `blob`. @throws ARCHIVE_CORRUPT when it is there with others */
  async #isThereIntact(key: string, blob: Blob): Promise<boolean> {
    const found = await this.stat(key);
    if (!found) return false;
    const sha256 = await this.#sha256Of(key);
    if (sha256 === blob.sha256) return true;
    throw corrupt(`object ${key} has sha256 ${sha256} and ${found.sizeOctets} octets`, blob);
  }

  /** Of the octets that are there now. */
  async #sha256Of(key: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of readObject(this.#pathOf(key), key)) hash.update(chunk);
    return hash.digest('hex');
  }

  /** Keys are made by `core/keys` of safe characters; this is the second lock on the door. */
  #pathOf(key: string): string {
    if (key.split('/').some((part) => part === '..' || part === '.') || key.startsWith('/')) {
      throw new Error(`not an archive key: ${JSON.stringify(key)}`);
    }
    return join(this.#folder, key);
  }
}

async function* readObject(path: string, key: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Uint8Array;
  } catch (error) {
    throw readError(error, key);
  }
}

function corrupt(found: string, blob: Blob): MailferryError {
  return new MailferryError(`${found}; expected sha256 ${blob.sha256} and ${blob.sizeOctets} octets`, {
    code: 'ARCHIVE_CORRUPT',
    scope: 'account',
    retryable: false,
    hint: 'something changed a file of the archive, or the disk is failing: keep the mail on the server and check both',
  });
}
