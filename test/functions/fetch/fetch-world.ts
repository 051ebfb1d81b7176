// What outlives the fetch functions: accounts, mailboxes, archive, ledger, queues and the clock, all in memory. It sees what is
// done, and accuses whoever does what must never be: two sessions of one account, two chains of one drain.

import { ulid } from 'ulid';
import type { Account, AccountId } from '../../../lib/core/account.ts';
import type { Drain } from '../../../lib/core/drain.ts';
import { MailferryError } from '../../../lib/core/errors.ts';
import type { FerryEvent } from '../../../lib/core/events.ts';
import type { AccountAccess } from '../../../lib/ports/access.ts';
import type { Connection } from '../../../lib/ports/pop3.ts';
import type { FetchWatch } from '../../../functions/fetch/fetch-ports.ts';
import type { DrainMessage } from '../../../functions/messages.ts';
import { makeMessage } from '../../crash/model/mail-message.ts';
import type { MailMessage } from '../../crash/model/mail-message.ts';
import { MailServer } from '../../crash/model/mail-server.ts';
import { MemoryAccountDirectory } from '../../support/memory-account-directory.ts';
import { fixedAccess } from '../../support/fixed-access.ts';
import { MemoryBlobStore } from '../../support/memory-blob-store.ts';
import { MemoryLedger } from '../../support/memory-ledger.ts';
import { accountAt, PASSWORD } from '../../session/session-under-test.ts';
import { FifoQueue } from './fifo-queue.ts';

export interface WorldOptions {
  /** How long a message is with whoever received it. Default: longer than an invocation and the lease it leaves. */
  readonly visibilityMs?: number;
  readonly maxReceives?: number;
}

export const SINK_FAILED = new MailferryError('the bus is gone', {
  code: 'EVENTS_FAILED',
  scope: 'account',
  retryable: true,
});

const BEGINNING_MS = Date.UTC(2026, 5, 1);
const NOBODY = {
  loggedIn: () => undefined,
  listed: () => undefined,
  retrieved: () => undefined,
  marked: () => undefined,
  removing: async () => undefined,
};

export class FetchWorld {
  nowMs = BEGINNING_MS;
  readonly ledger = new MemoryLedger({ now: () => this.nowMs });
  readonly directory = new MemoryAccountDirectory(this.ledger, () => this.nowMs);
  readonly blobs = new MemoryBlobStore();
  readonly servers = new Map<string, MailServer<unknown>>();
  readonly polls: FifoQueue;
  readonly drains: FifoQueue;
  /** Announced, in order, repeats too. */
  readonly events: FerryEvent[] = [];
  hasBus = true;
  /** Set: what publishing fails with. */
  eventsFailure: Error | undefined;
  readonly counts = new Map<string, number>();
  readonly lines: string[] = [];
  readonly accusations: string[] = [];
  /** Every change of a drain that was made. */
  readonly drainChanges: { readonly account: string; readonly drain: Drain | undefined }[] = [];
  access: AccountAccess = fixedAccess(PASSWORD);
  /** Stands between each new connection and whoever dialled. */
  guard: (connection: Connection, host: string) => Connection = (connection) => connection;
  readonly #sessions = new Map<string, number>();
  #mails = 0;
  #ids = 0;

  constructor({ visibilityMs = 200_000, maxReceives = 5 }: WorldOptions = {}) {
    const options = { now: () => this.nowMs, visibilityMs, maxReceives };
    this.polls = new FifoQueue(options);
    this.drains = new FifoQueue(options);
  }

  /** An account whose mailbox has so many messages; a second later it is in the directory. */
  async addAccount(id: string, messages: number, changes: Partial<Account> = {}): Promise<Account> {
    const server = new MailServer<unknown>(NOBODY);
    this.servers.set(`${id}.example`, server);
    this.receiveMail(id, messages);
    const account = { ...accountAt(110), id: id as AccountId, host: `${id}.example`, ...changes };
    await this.directory.apply(account);
    this.nowMs += 1000;
    return account;
  }

  receiveMail(id: string, messages: number): void {
    const server = this.serverOf(id);
    for (let index = 0; index < messages; index += 1) {
      this.#mails += 1;
      const recipe = {
        header: this.#mails,
        body: this.#mails,
        sizeClass: this.#mails % 5,
        shape: 'received',
      };
      server.messages.push(
        makeMessage(`mail ${this.#mails}`, recipe as MailMessage['recipe'], `uidl-${this.#mails}`),
      );
    }
  }

  serverOf(id: string): MailServer<unknown> {
    const server = this.servers.get(`${id}.example`);
    if (!server) throw new Error(`there is no account ${id}`);
    return server;
  }

  /** A ULID of now; another one each time, the same ones in each world. */
  newId(): string {
    this.#ids += 1;
    const digits = this.#ids;
    let position = 0;
    return ulid(this.nowMs, () => {
      position += 1;
      return ((digits * 31 + position * 7) % 97) / 97;
    });
  }

  async drainOf(id: string): Promise<Drain | undefined> {
    return (await this.directory.view(id as AccountId)).drain;
  }

  /** Mail that the archive has not, or the ledger has no record of. */
  async missing(id: string): Promise<string[]> {
    const recorded = new Set<string>();
    for await (const record of this.ledger.records(id as AccountId)) {
      if (record.state === 'stored') recorded.add(record.sha256);
    }
    const isStored = ({ sha256 }: MailMessage): boolean =>
      recorded.has(sha256) && this.blobs.writes.some((key) => key.includes(sha256));
    return this.serverOf(id)
      .messages.filter((message) => !isStored(message))
      .map(({ name }) => name);
  }

  sendPoll(id: string): void {
    const tick = Math.floor(this.nowMs / 60_000);
    this.polls.send(id, `${id}/${tick}`, JSON.stringify({ kind: 'poll', account: id, tick }));
  }

  sendDrain(message: DrainMessage): void {
    this.drains.send(message.account, `${message.id}/${message.slice}`, JSON.stringify(message));
  }

  sessionOpened(host: string): void {
    const open = (this.#sessions.get(host) ?? 0) + 1;
    this.#sessions.set(host, open);
    if (open > 1) this.accusations.push(`${open} sessions at ${host} at once`);
  }

  sessionClosed(host: string): void {
    this.#sessions.set(host, (this.#sessions.get(host) ?? 0) - 1);
  }

  get watch(): FetchWatch {
    const say = (line: string, facts: unknown): void =>
      void this.lines.push(`${line} ${JSON.stringify(facts)}`);
    return {
      count: (metric, value) => void this.counts.set(metric, (this.counts.get(metric) ?? 0) + value),
      info: say,
      warn: say,
      error: say,
    };
  }
}
