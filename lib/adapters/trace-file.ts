// A file with what was said in POP3 sessions: who, when, which line, and of messages the number of octets. Never has a secret,
// a user name or mail in it, and never lets trouble with the file become trouble of a session. The format: docs/doctor.md.

import { closeSync, openSync, writeSync } from 'node:fs';
import type { Account } from '../core/account.ts';
import { describeError, MailferryError } from '../core/errors.ts';
import type { ProtocolTrace } from '../ports/pop3.ts';
import { TracedSession } from './traced-session.ts';

const OWNER_ONLY = 0o600;
/** Written at once when there is so much; else at the end of the present turn of the event loop. */
const BATCH_CHARACTERS = 64 * 1024;

export interface TraceFileOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told once, when a line could not be written: the trace ends there, and nothing else does. */
  readonly onFailure: (text: string) => void;
  /** Of `open`. Default `wx`: only a file that is not there yet. */
  readonly flags?: 'wx' | 'w';
}

export class TraceFile {
  readonly #path: string;
  readonly #options: TraceFileOptions;
  /** `undefined` once it is closed, or has failed. */
  #file: number | undefined;
  #unwritten = '';
  #isScheduled = false;
  #sessions = 0;
  #lastSession = 0;

  /**
   * Makes the file, for its owner alone. One that is there is left as it is: it could be a message, or the ledger.
   * @throws CONFIG_EXISTS, CONFIG_UNREADABLE
   */
  constructor(path: string, options: TraceFileOptions) {
    this.#path = path;
    this.#options = options;
    this.#file = create(path, options.flags ?? 'wx');
  }

  /** Of one session more. */
  session(account: Pick<Account, 'id' | 'host' | 'port' | 'tls' | 'user'>): ProtocolTrace {
    this.#sessions += 1;
    const number = this.#sessions;
    const { now } = this.#options;
    const { id, host, port, tls } = account;
    const title = `${new Date(now()).toISOString()}: account ${id} at ${host}:${port}, tls ${tls}`;
    this.#lastSession = number;
    this.#write(`${number > 1 ? '\n' : ''}# session ${number}, ${title}\n`);
    return new TracedSession({
      user: account.user,
      now,
      write: (line) => {
        // Two sessions at a time take turns.
        if (this.#lastSession !== number) this.#write(`# session ${number} again\n`);
        this.#lastSession = number;
        this.#write(`${line}\n`);
      },
    });
  }

  /** What is left is written. Safe to repeat. */
  close(): void {
    this.#flush();
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    try {
      closeSync(file);
    } catch (error) {
      this.#fail(error);
    }
  }

  #write(text: string): void {
    if (this.#file === undefined) return;
    this.#unwritten += text;
    if (this.#unwritten.length >= BATCH_CHARACTERS) this.#flush();
    else this.#flushSoon();
  }

  /** A signal that ends the process finds everything written but what came in this very turn. */
  #flushSoon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#file === undefined || this.#unwritten === '') return;
    const octets = Buffer.from(this.#unwritten, 'latin1');
    this.#unwritten = '';
    try {
      for (let at = 0; at < octets.length;) at += writeSync(this.#file, octets, at);
    } catch (error) {
      const file = this.#file;
      this.#file = undefined;
      this.#fail(error);
      closeQuietly(file);
    }
  }

  #fail(error: unknown): void {
    this.#options.onFailure(`the trace ${this.#path} ends here: ${describeError(error)}`);
  }
}

function create(path: string, flags: 'wx' | 'w'): number {
  try {
    return openSync(path, flags, OWNER_ONLY);
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new MailferryError(
      isThere
        ? `the trace ${path} is there already, and is left as it is`
        : `cannot write the trace ${path}: ${describeError(error)}`,
      {
        code: isThere ? 'CONFIG_EXISTS' : 'CONFIG_UNREADABLE',
        scope: 'config',
        retryable: false,
        hint: 'name a file that is not there yet, in a folder that is',
        cause: error,
      },
    );
  }
}

function closeQuietly(file: number): void {
  try {
    closeSync(file);
  } catch {
    // It is told already that the trace has ended.
  }
}
