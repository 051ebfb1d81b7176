// The maildrop of one run: its listing, and whatever session is open on it now. Message numbers mean something in one
// session only, so when a session breaks and another goes on, every listed message gets its number there, or none.

import type { Account } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { countRows } from '../core/plan.ts';
import { joinListing } from '../core/pop3/listing.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import type { Secret } from '../core/secret.ts';
import { openSession } from '../session/open-session.ts';
import type { Pop3Session } from '../session/pop3-session.ts';
import type { Dialer } from '../ports.ts';

interface Way {
  readonly account: Account;
  readonly password: Secret;
  readonly dialer: Dialer;
  /** Aborting it closes the connection. */
  readonly signal: AbortSignal;
  /** The account's messages had UIDLs before: a server that gives none now is out of order. */
  readonly expectsUidls: boolean;
}

export class Maildrop {
  readonly #way: Way;
  /** Its listing is what the run is about. */
  #first: Opened;
  #session: Pop3Session;
  #sessionNumber = 1;
  #numbers: ReadonlyMap<ListedMessage, number>;
  /** Shown by the server in this session and not yet committed: see `quit`. */
  readonly #uncommitted = new Set<ListedMessage>();

  private constructor(way: Way, opened: Opened) {
    this.#way = way;
    this.#first = opened;
    this.#session = opened.session;
    this.#numbers = numbersIn(opened);
  }

  /** @throws what openSession throws; POP3_UNAVAILABLE, POP3_PROTOCOL, POP3_TIMEOUT, POP3_CONNECTION_LOST */
  static async open(way: Way): Promise<Maildrop> {
    return new Maildrop(way, await openListed(way));
  }

  /** Of the first session: it stays what the run is about, until it is listed again. */
  get listing(): readonly ListedMessage[] {
    return this.#first.listing;
  }

  get hasUidls(): boolean {
    return this.#first.hasUidls;
  }

  /** Another session and its listing, before anything was done by the first. @throws as `open` does */
  async listAgain(): Promise<void> {
    this.drop();
    this.#first = await openListed(this.#way);
    this.#goOnIn(this.#first.session, numbersIn(this.#first));
  }

  /** Another session after one that broke. @throws as `open` does */
  async reopen(): Promise<void> {
    this.drop();
    const { session, listing } = await openListed(this.#way);
    this.#goOnIn(session, renumber(this.#first.listing, listing));
  }

  /** Another number for each session: what was seen in one need not be so in another. */
  get sessionNumber(): number {
    return this.#sessionNumber;
  }

  /** Whether the present session lists this message. */
  has(listed: ListedMessage): boolean {
    return this.#numbers.has(listed);
  }

  /** As Pop3Session.retrieve. Until `committed` is told, the session will not end with QUIT. */
  async *retrieve(listed: ListedMessage): AsyncGenerator<Uint8Array, void, undefined> {
    const wasShown = this.#uncommitted.has(listed);
    this.#uncommitted.add(listed);
    try {
      yield* this.#session.retrieve(this.#numberOf(listed));
    } catch (error) {
      const isRefused = error instanceof MailferryError && error.scope === 'message';
      if (isRefused && !wasShown) this.#uncommitted.delete(listed);
      throw error;
    }
  }

  /** As Pop3Session.top with no body line; counts as shown, like `retrieve`. */
  async header(listed: ListedMessage): Promise<AsyncIterable<Uint8Array> | undefined> {
    const header = await this.#session.top(this.#numberOf(listed), 0);
    if (header) this.#uncommitted.add(listed);
    return header;
  }

  committed(listed: ListedMessage): void {
    this.#uncommitted.delete(listed);
  }

  get hasUncommitted(): boolean {
    return this.#uncommitted.size > 0;
  }

  async dele(listed: ListedMessage): Promise<void> {
    await this.#session.dele(this.#numberOf(listed));
  }

  /**
   * As Pop3Session.quit, unless something shown is not committed: then the connection is dropped, because to some servers
   * QUIT means "I have it" (EXPIRE 0, RFC 2449 section 6.7; Gmail).
   * @returns whether the server said `+OK`, which alone commits deletions
   */
  async quit(): Promise<boolean> {
    if (this.hasUncommitted) {
      this.drop();
      return false;
    }
    await this.#session.quit();
    return true;
  }

  /** Close at once, without QUIT: the server forgets this session. Safe to repeat. */
  drop(): void {
    this.#session.drop();
    this.#uncommitted.clear();
  }

  #goOnIn(session: Pop3Session, numbers: ReadonlyMap<ListedMessage, number>): void {
    this.#session = session;
    this.#sessionNumber += 1;
    this.#numbers = numbers;
  }

  #numberOf(listed: ListedMessage): number {
    const number = this.#numbers.get(listed);
    if (number === undefined) throw new Error(`this session does not list message ${listed.messageNumber}`);
    return number;
  }
}

interface Opened {
  readonly session: Pop3Session;
  readonly listing: readonly ListedMessage[];
  readonly hasUidls: boolean;
}

async function openListed({ account, password, dialer, signal, expectsUidls }: Way): Promise<Opened> {
  const session = await openSession(account, password, dialer, signal);
  try {
    const uidl = await session.uidl();
    if (!uidl && expectsUidls) throw unavailable('the server refused UIDL, which it gave in earlier runs');
    const list = await session.list();
    if (!list && !uidl)
      throw unavailable('the server refused both UIDL and LIST, so its messages are unknown');
    return { session, listing: joinListing(list, uidl), hasUidls: uidl !== undefined };
  } catch (error) {
    session.drop();
    throw error;
  }
}

function numbersIn({ listing }: Opened): ReadonlyMap<ListedMessage, number> {
  return new Map(listing.map((listed) => [listed, listed.messageNumber]));
}

/** By UIDL where it names one message in both listings, else by number, size and UIDL together. */
function renumber(
  before: readonly ListedMessage[],
  now: readonly ListedMessage[],
): ReadonlyMap<ListedMessage, number> {
  const rowsBefore = countRows(before);
  const rowsNow = countRows(now);
  const byUidl = new Map(now.map((listed) => [listed.uidl, listed]));
  const byNumber = new Map(now.map((listed) => [listed.messageNumber, listed]));
  const numbers = new Map<ListedMessage, number>();
  for (const listed of before) {
    const { uidl, octets, messageNumber } = listed;
    const wasUnique = uidl !== undefined && rowsBefore.get(uidl) === 1;
    if (wasUnique && rowsNow.get(uidl) !== 1) continue;
    const found = wasUnique ? byUidl.get(uidl) : byNumber.get(messageNumber);
    if (found && found.uidl === uidl && found.octets === octets) numbers.set(listed, found.messageNumber);
  }
  return numbers;
}

function unavailable(message: string): MailferryError {
  return new MailferryError(message, {
    code: 'POP3_UNAVAILABLE',
    scope: 'session',
    retryable: true,
    hint: 'the server has a problem with this mailbox just now: run again later',
  });
}
