// The maildrop of one run: its listing, and whatever session is open on it now. Message numbers mean something in one
// session only, so when a session breaks and another goes on, every listed message gets its number there, or none.

import { MailferryError } from '../core/errors.ts';
import type { ListedRows } from '../core/pop3/listed-rows.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import { ONE_BY_ONE, PIPELINED } from '../core/pop3/retrieval-window.ts';
import type { WindowLimits } from '../core/pop3/retrieval-window.ts';
import { toServerFacts } from '../core/pop3/server-facts.ts';
import type { RetrievalRequest } from '../session/retrieve-each.ts';
import type { Pop3Session } from '../session/pop3-session.ts';
import { LoginPause } from './login-pause.ts';
import { numbersIn, openListed, renumber } from './listed-session.ts';
import type { ListedSession, SessionNumbers, Way } from './listed-session.ts';

export class Maildrop {
  readonly #way: Way;
  readonly #pause: LoginPause;
  /** Its listing is what the run is about. */
  #first: ListedSession;
  #session: Pop3Session;
  #sessionNumber = 1;
  #numbers: SessionNumbers;
  /** Shown by the server in this session and not yet committed: see `quit`. */
  readonly #uncommitted = new Set<ListedMessage>();
  #mayPipeline = true;
  /** Of the present session; `undefined` as long as nobody has asked. */
  #window: WindowLimits | undefined;

  private constructor(way: Way, opened: ListedSession, pause: LoginPause) {
    this.#way = way;
    this.#pause = pause;
    this.#first = opened;
    this.#session = opened.session;
    this.#numbers = numbersIn(opened);
  }

  /** @throws what openSession throws; POP3_UNAVAILABLE, POP3_PROTOCOL, POP3_TIMEOUT, POP3_CONNECTION_LOST */
  static async open(way: Way): Promise<Maildrop> {
    const pause = new LoginPause(() => performance.now());
    return new Maildrop(way, await openListed(way, pause), pause);
  }

  /** Of the first session: it stays what the run is about, until it is listed again. */
  get listing(): readonly ListedMessage[] {
    return this.#first.listing;
  }

  /** The same, where nobody needs an object for each. */
  get rows(): ListedRows {
    return this.#first.rows;
  }

  get hasUidls(): boolean {
    return this.#first.hasUidls;
  }

  /** Another session and its listing, before anything was done by the first. @throws as `open` does */
  async listAgain(): Promise<void> {
    this.drop();
    this.#first = await openListed(this.#way, this.#pause);
    this.#goOnIn(this.#first.session, numbersIn(this.#first));
  }

  /** Another session after one that broke. @throws as `open` does */
  async reopen(): Promise<void> {
    this.drop();
    const { session, listing } = await openListed(this.#way, this.#pause);
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
    for await (const { read } of this.retrieveEach([{ listed }], 1)) yield* read();
  }

  /**
   * The given messages, each in its turn; where the server can take it, the next are asked for before one has come
   * (retrieve-each.ts). One is taken from `wanted` when it is asked for. As with `retrieve`, none of them may be left uncommitted.
   * @param count of them, as far as is known: for a few it is not worth asking what the server can do
   * @param ahead how many may be under way
   */
  async *retrieveEach<Wanted extends { readonly listed: ListedMessage }>(
    wanted: Iterable<Wanted>,
    count: number,
    ahead: Pick<WindowLimits, 'messages'> = PIPELINED,
  ): AsyncGenerator<MaildropRetrieval<Wanted>, void, undefined> {
    const window = await this.#chooseWindow(count);
    const limits = window.isPipelined ? within(window, ahead) : window;
    for await (const { request, read } of this.#session.retrieveEach(this.#ask(wanted), limits)) {
      yield { wanted: request.wanted, read: () => this.#forgetRefused(request, read()) };
    }
  }

  /** A session broke with several messages under way: from now on there is only one at a time. */
  stopPipelining(): void {
    this.#mayPipeline = false;
    this.#window = ONE_BY_ONE;
  }

  get isPipelining(): boolean {
    return this.#window?.isPipelined === true;
  }

  async #chooseWindow(count: number): Promise<WindowLimits> {
    const { pipelining } = this.#way.account;
    if (!this.#mayPipeline || pipelining === 'never' || count < WORTH_PIPELINING) return ONE_BY_ONE;
    this.#window ??= pipelining === 'always' || (await this.#announcesPipelining()) ? PIPELINED : ONE_BY_ONE;
    return this.#window;
  }

  /** QUIRK(servers that break at CAPA after login): what they cannot say they do not have. */
  async #announcesPipelining(): Promise<boolean> {
    try {
      const capabilities = await this.#session.capabilities();
      return capabilities !== undefined && toServerFacts(capabilities).hasPipelining;
    } catch (error) {
      if (this.#way.signal.aborted || !(error instanceof MailferryError)) throw error;
      await this.reopen();
      return false;
    }
  }

  *#ask<Wanted extends { readonly listed: ListedMessage }>(
    wanted: Iterable<Wanted>,
  ): Generator<Asked<Wanted>> {
    for (const one of wanted) {
      const { listed } = one;
      const wasShown = this.#uncommitted.has(listed);
      this.#uncommitted.add(listed);
      yield { wanted: one, wasShown, messageNumber: this.#numberOf(listed), octets: listed.octets };
    }
  }

  async *#forgetRefused(
    { wanted: { listed }, wasShown }: Asked<{ readonly listed: ListedMessage }>,
    octets: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* octets;
    } catch (error) {
      const isRefused = error instanceof MailferryError && error.scope === 'message';
      if (isRefused && !wasShown) this.#uncommitted.delete(listed);
      throw error;
    }
  }

  /**
   * Does something that may take long while the server must not think that we have gone (RFC 1939 section 3: it may end a
   * session after ten minutes of silence, and some do after one).
   */
  async awakeDuring<T>(work: () => Promise<T>, everyMs = STAY_AWAKE_MS): Promise<T> {
    let sent = Promise.resolve();
    const timer = setInterval(() => {
      // A session that is lost shows at the next command.
      sent = sent.then(async () => await this.#session.stayAwake()).catch(() => undefined);
    }, everyMs);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      await sent;
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

  /** As `quit`, after a look that changed nothing: whatever becomes of it, the run is over. */
  async leave(): Promise<void> {
    if (this.hasUncommitted) this.drop();
    else await this.#session.leave().catch(() => undefined);
  }

  /** Close at once, without QUIT: the server forgets this session. Safe to repeat. */
  drop(): void {
    this.#session.drop();
    this.#uncommitted.clear();
  }

  #goOnIn(session: Pop3Session, numbers: SessionNumbers): void {
    this.#session = session;
    this.#sessionNumber += 1;
    this.#numbers = numbers;
    this.#window = undefined;
  }

  #numberOf(listed: ListedMessage): number {
    const number = this.#numbers.get(listed);
    if (number === undefined) throw new Error(`this session does not list message ${listed.messageNumber}`);
    return number;
  }
}

export interface MaildropRetrieval<Wanted> {
  readonly wanted: Wanted;
  /** As Retrieval.read in retrieve-each.ts. */
  readonly read: () => AsyncGenerator<Uint8Array, void, undefined>;
}

interface Asked<Wanted> extends RetrievalRequest {
  readonly wanted: Wanted;
  /** Before, in this session. */
  readonly wasShown: boolean;
}

/** As many as `ahead` says at the time. */
function within({ octets }: WindowLimits, ahead: Pick<WindowLimits, 'messages'>): WindowLimits {
  return {
    isPipelined: true,
    octets,
    get messages() {
      return ahead.messages;
    },
  };
}

/** Less than the shortest time of silence that was seen to end a session: a minute. */
const STAY_AWAKE_MS = 30_000;

/** Asking what the server can do costs one exchange, and each message but the first saves one. */
const WORTH_PIPELINING = 3;
