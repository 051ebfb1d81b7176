// Every message of an account that the archive has, each once, read, proven and written out. What is damaged is named and left
// out, and the rest goes on. The archive is only read.

import type { AccountId } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { inParallel } from '../core/in-parallel.ts';
import { parseRawKey, rawKey } from '../core/keys.ts';
import type { RawKeyParts } from '../core/keys.ts';
import type { ArchiveDate } from '../core/record.ts';
import type { BlobStore } from '../ports/storage.ts';
import type { ExportCounts, ExportProblem, ExportProblemKind, ExportReport } from './export-report.ts';
import type { ExportTarget } from './export-target.ts';
import { MessageList } from './message-list.ts';
import { openMail } from './open-mail.ts';
import type { OpenedMail } from './open-mail.ts';

export interface ExportPorts {
  readonly blobs: Pick<BlobStore, 'get' | 'list'>;
  readonly target: ExportTarget;
}

export interface ExportOptions {
  /** The first day, by `dt`. */
  readonly since: ArchiveDate | undefined;
  /** The last day, by `dt`. */
  readonly until: ArchiveDate | undefined;
  /** Aborted: what is under way is finished, and the export ends with INTERRUPTED. */
  readonly stop: AbortSignal;
  /** One more message is done with. */
  readonly onDone?: ((counts: Readonly<ExportCounts>) => void) | undefined;
}

/** Opened at a time; where messages are written in order, those behind wait with what they have read of the header. */
const AT_ONCE = 8;
const MAX_UNREADABLE = 100;

/**
 * @throws INTERRUPTED, EXPORT_UNWRITABLE; ARCHIVE_UNREADABLE if the archive cannot be listed, or so many objects cannot be read
 *         that it is not they that are out of order
 */
export async function exportAccount(
  account: AccountId,
  ports: ExportPorts,
  options: ExportOptions,
): Promise<ExportReport> {
  return await new AccountExport(account, ports, options).run();
}

type Outcome = 'exported' | 'present' | 'left';

class AccountExport {
  readonly #account: AccountId;
  readonly #ports: ExportPorts;
  readonly #options: ExportOptions;
  readonly #counts: ExportCounts = { listed: 0, exported: 0, present: 0, left: 0, outside: 0, octets: 0 };
  readonly #problems: ExportProblem[] = [];
  /** Resolves when everything that was begun so far is written. */
  #written: Promise<void> = Promise.resolve();
  #unreadable = 0;

  constructor(account: AccountId, ports: ExportPorts, options: ExportOptions) {
    this.#account = account;
    this.#ports = ports;
    this.#options = options;
  }

  async run(): Promise<ExportReport> {
    const messages = await this.#list();
    await inParallel(messages.inOrder(), AT_ONCE, async (listed) => {
      this.#mayGoOn();
      const { promise, resolve } = Promise.withResolvers<void>();
      const turn = this.#ports.target.isOrdered ? this.#written : undefined;
      this.#written = promise;
      this.#counts.listed += 1;
      try {
        this.#counts[await this.#take({ account: this.#account, ...listed }, turn)] += 1;
      } finally {
        resolve();
      }
      this.#options.onDone?.(this.#counts);
    });
    return { account: this.#account, counts: this.#counts, problems: this.#problems };
  }

  async #list(): Promise<MessageList> {
    const { since, until } = this.#options;
    const messages = new MessageList();
    // As `rawKey` begins.
    for await (const key of this.#ports.blobs.list(`raw/account=${this.#account}/`)) {
      this.#mayGoOn();
      const parts = parseRawKey(key);
      if (parts?.account !== this.#account) {
        this.#report('foreign-object', key);
      } else if ((since !== undefined && parts.dt < since) || (until !== undefined && parts.dt > until)) {
        this.#counts.listed += 1;
        this.#counts.outside += 1;
      } else {
        messages.add(parts);
      }
    }
    return messages;
  }

  /** @param turn where messages are written in order: everything before this one is written */
  async #take(message: RawKeyParts, turn: Promise<void> | undefined): Promise<Outcome> {
    const { account, dt, sha256 } = message;
    const key = rawKey(account, dt, sha256);
    if (await this.#ports.target.isThere(message)) return 'present';
    try {
      try {
        return await this.#copy(key, message, turn);
      } catch (error) {
        if (turn === undefined || !isUnreadable(error)) throw error;
        // It waited with what was opened, perhaps longer than the storage does. Now nothing is before it.
        await turn;
        return await this.#copy(key, message, undefined);
      }
    } catch (error) {
      return this.#leaveOrThrow(key, error);
    }
  }

  async #copy(key: string, message: RawKeyParts, turn: Promise<void> | undefined): Promise<Outcome> {
    const octets = await this.#ports.blobs.get(key);
    if (octets === undefined) return this.#leave('object-unreadable', key, 'it was taken away');
    const mail = await openMail(octets, message.sha256);
    try {
      await turn;
      this.#mayGoOn();
      return await this.#write(message, mail);
    } finally {
      await mail.close();
    }
  }

  async #write(message: RawKeyParts, { envelope, octets }: OpenedMail): Promise<'exported' | 'present'> {
    let sizeOctets = 0;
    const count = (chunk: Uint8Array): void => {
      sizeOctets += chunk.length;
    };
    const outcome = await this.#ports.target.write(message, { envelope, octets: counted(octets, count) });
    if (outcome === 'exists') return 'present';
    this.#counts.octets += sizeOctets;
    return 'exported';
  }

  #leaveOrThrow(key: string, error: unknown): 'left' {
    if (error instanceof MailferryError && error.code === 'ARCHIVE_CORRUPT')
      return this.#leave('object-different', key, error.message);
    if (!isUnreadable(error) || this.#unreadable === MAX_UNREADABLE) throw error;
    this.#unreadable += 1;
    return this.#leave('object-unreadable', key, error.message);
  }

  #leave(kind: ExportProblemKind, key: string, detail: string): 'left' {
    this.#report(kind, key, detail);
    return 'left';
  }

  #report(kind: ExportProblemKind, key: string, detail?: string): void {
    this.#problems.push({ kind, key, detail });
  }

  #mayGoOn(): void {
    if (this.#options.stop.aborted) throw interrupted();
  }
}

function isUnreadable(error: unknown): error is MailferryError {
  return error instanceof MailferryError && error.code === 'ARCHIVE_UNREADABLE';
}

async function* counted(
  octets: AsyncIterable<Uint8Array>,
  count: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of octets) {
    count(chunk);
    yield chunk;
  }
}

function interrupted(): MailferryError {
  return new MailferryError('the export was interrupted', {
    code: 'INTERRUPTED',
    scope: 'session',
    retryable: true,
    hint: 'run it again: a folder is gone on with, an mbox file is begun anew',
  });
}
