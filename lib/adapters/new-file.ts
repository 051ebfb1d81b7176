// The OutputFile port on a disk: written beside its name, as `<name>.<host>-<pid>.part`, synced, and only then called by its
// name, which nobody may have by then. A part that a dead process of this machine left is taken away by the next one.

import { open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { MailferryError } from '../core/errors.ts';
import type { OutputFile } from '../ports/storage.ts';
import { isProcessGone } from '../spool/process-gone.ts';
import { safeHost } from '../spool/temp-file-name.ts';
import { isAbsentError, nameOnce, syncPath } from './durable-names.ts';
import { orOutputError } from './output-errors.ts';

/** Collected before they are written: an entry of a small message is not worth a write of its own. */
const WRITE_OCTETS = 256 * 1024;

/** @param path absolute. @throws EXPORT_EXISTS, EXPORT_UNWRITABLE */
export async function createNewFile(path: string): Promise<OutputFile> {
  const prefix = `${basename(path)}.${safeHost(hostname())}-`;
  const part = join(dirname(path), `${prefix}${process.pid}.part`);
  return await orOutputError(path, async () => {
    if (await isThere(path)) throw exists(path);
    await removeLeftParts(dirname(path), prefix);
    return new NewFile(path, part, await open(part, 'wx', 0o600));
  });
}

class NewFile implements OutputFile {
  readonly #path: string;
  readonly #part: string;
  #handle: FileHandle | undefined;
  #isFinished = false;
  #waiting: Uint8Array[] = [];
  #waitingOctets = 0;
  /** In the file itself. */
  #writtenOctets = 0;

  constructor(path: string, part: string, handle: FileHandle) {
    this.#path = path;
    this.#part = part;
    this.#handle = handle;
  }

  async append(octets: AsyncIterable<Uint8Array>): Promise<void> {
    const start = this.#writtenOctets + this.#waitingOctets;
    try {
      for await (const chunk of octets) {
        this.#waiting.push(chunk);
        this.#waitingOctets += chunk.length;
        if (this.#waitingOctets >= WRITE_OCTETS) await this.#flush();
      }
    } catch (error) {
      await this.#cutBackTo(start);
      throw error;
    }
  }

  async finish(): Promise<void> {
    await this.#flush();
    await orOutputError(this.#path, async () => {
      await this.#handle?.sync();
      await this.#closeHandle();
      if (!nameOnce(this.#part, this.#path)) throw exists(this.#path);
      this.#isFinished = true;
      // The name is a second one, or the file has been renamed.
      await rm(this.#part, { force: true });
      await syncPath(dirname(this.#path));
    });
  }

  async close(): Promise<void> {
    await this.#closeHandle().catch(() => undefined);
    if (!this.#isFinished) await rm(this.#part, { force: true }).catch(() => undefined);
  }

  async #closeHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #flush(): Promise<void> {
    const octets = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingOctets = 0;
    await orOutputError(this.#path, async () => {
      for (let start = 0; start < octets.length;) {
        const { bytesWritten } = await this.#open().write(
          octets,
          start,
          octets.length - start,
          this.#writtenOctets,
        );
        this.#writtenOctets += bytesWritten;
        start += bytesWritten;
      }
    });
  }

  async #cutBackTo(start: number): Promise<void> {
    await this.#flush();
    await orOutputError(this.#path, async () => {
      await this.#open().truncate(start);
    });
    this.#writtenOctets = start;
  }

  #open(): FileHandle {
    if (this.#handle === undefined) throw new Error('it is closed');
    return this.#handle;
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

async function removeLeftParts(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(prefix)
      ? /^(\d{1,10})\.part$/.exec(name.slice(prefix.length))?.[1]
      : undefined;
    // In a container every run may have the same pid: a part of ours that is there before we write one is of a dead process.
    if (pid !== undefined && (Number(pid) === process.pid || isProcessGone(Number(pid))))
      await rm(join(folder, name), { force: true });
  }
}

function exists(path: string): MailferryError {
  return new MailferryError(`${path} is there already: an export never changes a file`, {
    code: 'EXPORT_EXISTS',
    scope: 'config',
    retryable: false,
    hint: 'give it another name, or take the file away',
  });
}
