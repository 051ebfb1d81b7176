// One temporary file of this process: created with mode 0600, never overwriting another, always removable.
// Everything that fails here fails as SPOOL_FAILED: the disk is the trouble, not the message. Only what moves octets goes to
// another thread: giving and taking names costs less than the way there and back (measured: half the CPU time of a small file).

import { closeSync, fsync, mkdirSync, openSync, unlinkSync, write } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeError, MailferryError } from '../core/errors.ts';
import { tempFileName } from './temp-file-name.ts';

/** Names in use by this process. A file with our pid that is not among them was left by an earlier owner of the pid. */
const liveNames = new Set<string>();
let counter = 0;

const HOST = hostname();

export interface TempFile {
  readonly path: string;
  /** Appends all of it. @throws SPOOL_FAILED */
  append(octets: Uint8Array): Promise<void>;
  /** Everything appended is on the disk when this resolves. @throws SPOOL_FAILED */
  sync(): Promise<void>;
  /** No more is written. Safe to repeat. @throws SPOOL_FAILED */
  close(): Promise<void>;
  /** Closes and deletes. Safe to repeat; never throws: a file left behind is found later by `removeAbandoned`. */
  remove(): Promise<void>;
}

export function isLiveTempFile(name: string): boolean {
  return liveNames.has(name);
}

const writeTo = promisify(write);
const syncToDisk = promisify(fsync);

/** Makes the directory if need be. @throws SPOOL_FAILED */
export async function createTempFile(directory: string): Promise<TempFile> {
  const { name, path, descriptor } = orSpoolFailed(`cannot create a temporary file in ${directory}`, () =>
    openNew(directory),
  );
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    closeSync(descriptor);
  };
  return {
    path,
    append: async (octets) => {
      await writeAll(descriptor, octets).catch((error: unknown) => {
        throw spoolFailed(`cannot write ${path}`, error);
      });
    },
    sync: async () => {
      await syncToDisk(descriptor).catch((error: unknown) => {
        throw spoolFailed(`cannot sync ${path}`, error);
      });
    },
    close: async () => orSpoolFailed(`cannot close ${path}`, close),
    remove: async () => {
      ignoringFailure(close);
      ignoringFailure(() => unlinkSync(path));
      liveNames.delete(name);
    },
  };
}

export function spoolFailed(tried: string, cause: unknown): MailferryError {
  const isFull = hasCode(cause, 'ENOSPC') || hasCode(cause, 'EDQUOT');
  return new MailferryError(`${tried}: ${describeError(cause)}`, {
    code: 'SPOOL_FAILED',
    scope: 'account',
    retryable: true,
    hint: isFull
      ? 'Free space on the disk of the temporary folder, or choose another folder for it.'
      : 'Check that the temporary folder exists and that this user may write to it.',
    cause,
  });
}

function orSpoolFailed<T>(tried: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw spoolFailed(tried, error);
  }
}

function ignoringFailure(step: () => void): void {
  try {
    step();
  } catch {
    // What is left behind is found later by `removeAbandoned`.
  }
}

async function writeAll(descriptor: number, octets: Uint8Array): Promise<void> {
  let written = 0;
  while (written < octets.length) {
    const { bytesWritten } = await writeTo(descriptor, octets, written, octets.length - written);
    written += bytesWritten;
  }
}

function openNew(directory: string): { name: string; path: string; descriptor: number } {
  for (;;) {
    counter += 1;
    const name = tempFileName({ host: HOST, pid: process.pid }, counter);
    const path = join(directory, name);
    // Before the file exists, so that a sweep of ours never sees it as abandoned.
    liveNames.add(name);
    try {
      return { name, path, descriptor: openSync(path, 'wx', 0o600) };
    } catch (error) {
      liveNames.delete(name);
      if (hasCode(error, 'ENOENT')) mkdirSync(directory, { recursive: true, mode: 0o700 });
      // In a container every run may have the same host name and pid: step past what an earlier one left.
      else if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
