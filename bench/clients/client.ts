// What a client is to the harness: how to call it, and how to read what it has stored.

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fidelity } from '../mailbox/mailbox-facts.ts';
import type { ProgramCall } from '../measure/run-measured.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** PEM; with it the connection is TLS from the first octet. */
  readonly caFile?: string;
}

export interface Client {
  readonly name: string;
  /** Why it cannot run on this machine. */
  lack(): string | undefined;
  /** One exchange a message: at a distance it takes a round trip or two for each. */
  readonly isSequential: boolean;
  readonly fidelity: Fidelity;
  /** Makes what it needs in `folder`, which is empty and its own. */
  prepare(folder: string, target: Target): Promise<ProgramCall>;
  /** The messages that it stored, in any order. */
  stored(folder: string): AsyncIterable<Buffer>;
  /** As it would be after it had fetched all of these; for clients that keep no such list there is none. */
  readonly prime?: (folder: string, target: Target, uidls: readonly string[]) => Promise<void>;
}

/** Every file below a folder; none if there is no such folder. */
export async function* filesBelow(folder: string): AsyncGenerator<Buffer, void, undefined> {
  if (!existsSync(folder)) return;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isFile()) yield await readFile(join(entry.parentPath, entry.name));
  }
}

/** @returns its path */
export async function makeMaildir(folder: string): Promise<string> {
  const maildir = join(folder, 'mail');
  for (const part of ['cur', 'new', 'tmp']) await mkdir(join(maildir, part), { recursive: true });
  return maildir;
}

/** For files that hold a password. @returns its path */
export async function writePrivate(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}
