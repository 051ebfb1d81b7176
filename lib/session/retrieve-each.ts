// Many RETRs under way at once (RFC 2449 section 6.6). Each is followed by a LIST of the same message, whose answer names the
// number: only that proves that the octets before it are this message's, and not those of another one because a server has
// lost a command or answered one twice. Nothing counts as retrieved before that proof.

import { MailferryError } from '../core/errors.ts';
import { TIMEOUTS_MS } from '../core/limits.ts';
import { RetrievalWindow } from '../core/pop3/retrieval-window.ts';
import type { WindowLimits } from '../core/pop3/retrieval-window.ts';
import { StrayAnswerScanner } from '../core/pop3/stray-answer.ts';
import type { Command, Conversation } from './conversation.ts';

export interface RetrievalRequest {
  readonly messageNumber: number;
  /** By LIST; `undefined` if it gave none. */
  readonly octets: number | undefined;
}

export interface Retrieval<Request> {
  readonly request: Request;
  /**
   * The message's octets exactly as they were before byte-stuffing, in pieces as they arrive. They are this message's, and
   * all of it, only once the iteration has ended by itself.
   * @throws POP3_COMMAND_REFUSED (scope message) when the server will not give this message: the rest goes on;
   *         POP3_CONNECTION_LOST, POP3_TIMEOUT, POP3_PROTOCOL: then what came is worthless, and the session is over
   */
  readonly read: () => AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * Each request in turn. A request is taken from `requests` when there is room for it in the window, and asked for then; a
 * `Retrieval` that is not read to its end closes the connection, and so does leaving the iteration with requests under way.
 */
export async function* retrieveEach<Request extends RetrievalRequest>(
  conversation: Conversation,
  requests: Iterable<Request>,
  limits: WindowLimits,
): AsyncGenerator<Retrieval<Request>, void, undefined> {
  const pipeline = new Pipeline(conversation, requests, limits);
  try {
    for (;;) {
      const request = await pipeline.next();
      if (request === undefined) return;
      yield { request, read: () => pipeline.read(request) };
      pipeline.removeFirst();
    }
  } finally {
    pipeline.end();
  }
}

class Pipeline<Request extends RetrievalRequest> {
  readonly #conversation: Conversation;
  readonly #requests: Iterator<Request>;
  readonly #window: RetrievalWindow;
  readonly #isProving: boolean;
  /** Asked for; the answer to the first is the next to come, unless it has been read already. */
  readonly #underWay: Request[] = [];
  #isFirstRead = false;
  /** Taken, and not asked for yet: there was no room. */
  #held: Request | undefined;
  #isExhausted = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(conversation: Conversation, requests: Iterable<Request>, limits: WindowLimits) {
    this.#conversation = conversation;
    this.#requests = requests[Symbol.iterator]();
    this.#window = new RetrievalWindow(limits);
    this.#isProving = limits.isPipelined;
  }

  /** Asks for as many as there is room for, and returns the one whose answer comes next. */
  async next(): Promise<Request | undefined> {
    const wanted: Request[] = [];
    while (this.#window.isLow || wanted.length > 0) {
      const request = this.#take();
      if (request === undefined || !this.#window.hasRoomFor(request.octets)) {
        this.#held = request;
        break;
      }
      this.#window.add(request.octets);
      wanted.push(request);
    }
    for (const request of wanted) this.#underWay.push(request);
    if (wanted.length > 0) await this.#ask(wanted);
    return this.#underWay[0];
  }

  async *read({ messageNumber, octets }: Request): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#failure) throw this.#failure.error;
    const reply = await this.#conversation.reply('RETR', TIMEOUTS_MS.retrieveIdle);
    const scanner = new StrayAnswerScanner();
    if (reply.status === 'ok') {
      for await (const piece of this.#conversation.octets(`message ${messageNumber}`)) {
        scanner.push(piece);
        yield piece;
      }
    }
    const refusal = this.#conversation.refusal(`RETR ${messageNumber}`, reply, 'message');
    if (this.#isProving) await this.#prove(messageNumber, refusal !== undefined);
    else if (!refusal && scanner.isShorterThan(octets)) await this.#proveShort(messageNumber);
    const doubt = refusal ? undefined : this.#doubtAbout(messageNumber, scanner, octets);
    if (doubt) throw this.#conversation.wire.fail(doubt);
    this.#isFirstRead = true;
    if (refusal) throw refusal;
  }

  /** What was not read to its end is still on its way: nothing after it could be told from it. */
  removeFirst(): void {
    const first = this.#underWay.shift();
    if (first) this.#window.remove(first.octets);
    if (!this.#isFirstRead) this.#conversation.close();
    this.#isFirstRead = false;
  }

  end(): void {
    const isIdle = this.#underWay.length === (this.#isFirstRead ? 1 : 0);
    if (!isIdle) this.#conversation.close();
    this.#requests.return?.();
  }

  /**
   * QUIRK(servers that do not byte-stuff): a lone dot in the message ended it, and its rest may still be on its way. What comes
   * where the answer to this LIST is due tells.
   */
  async #proveShort(messageNumber: number): Promise<void> {
    await this.#conversation.send([{ keyword: 'LIST', argument: messageNumber }]);
    await this.#prove(messageNumber, true);
    this.#conversation.wire.assertInStep(`accepting message ${messageNumber}`);
  }

  /** One by one nothing else is due, so a message that only looks like an answer is taken if its size does not speak against it. */
  #doubtAbout(
    messageNumber: number,
    scanner: StrayAnswerScanner,
    listedOctets: number | undefined,
  ): MailferryError | undefined {
    const isStray = this.#isProving ? scanner.looksLikeAnswer : scanner.isLongerByIt(listedOctets);
    if (isStray) return outOfStep(messageNumber, 'it begins with an answer of the server');
    return scanner.hasLostAll(listedOctets) ? cameEmpty(messageNumber, listedOctets) : undefined;
  }

  /** What fails here fails the first that is read, as a broken session always does. */
  async #ask(wanted: readonly Request[]): Promise<void> {
    try {
      await this.#conversation.send(wanted.flatMap(({ messageNumber }) => this.#commands(messageNumber)));
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #take(): Request | undefined {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined || this.#isExhausted) return held;
    const { done, value } = this.#requests.next();
    this.#isExhausted = done === true;
    return this.#isExhausted ? undefined : value;
  }

  #commands(messageNumber: number): Command[] {
    const retrieval: Command = { keyword: 'RETR', argument: messageNumber };
    return this.#isProving ? [retrieval, { keyword: 'LIST', argument: messageNumber }] : [retrieval];
  }

  /** A message that was refused may well be refused by LIST too. @throws POP3_PROTOCOL, and the session is over */
  async #prove(messageNumber: number, isRefused: boolean): Promise<void> {
    const reply = await this.#conversation.reply('LIST', TIMEOUTS_MS.command);
    const named = reply.status === 'ok' ? /^\s*(\d+)(?:\s|$)/.exec(reply.said)?.[1] : undefined;
    if (Number(named) === messageNumber || (isRefused && reply.status === 'error')) return;
    throw this.#conversation.wire.fail(
      outOfStep(
        messageNumber,
        `the answer to its LIST was due behind it, got "${this.#conversation.shown(reply)}"`,
      ),
    );
  }
}

function outOfStep(messageNumber: number, what: string): MailferryError {
  return new MailferryError(`message ${messageNumber}: ${what}: the server's answers are out of step`, {
    code: 'POP3_PROTOCOL',
    scope: 'session',
    retryable: true,
    hint: 'set pipelining: never for this account if this happens again',
  });
}

/**
 * QUIRK(mailutils): it can lose what a message has. Taken for the message, nothing at all would be stored in its place, and
 * what the server may still have of it deleted.
 */
function cameEmpty(messageNumber: number, listedOctets: number | undefined): MailferryError {
  return new MailferryError(
    `message ${messageNumber} came without an octet, and LIST says that it has ${listedOctets}`,
    {
      code: 'POP3_PROTOCOL',
      scope: 'session',
      retryable: true,
      hint: 'if this goes on the server may have lost the message: look at it with another program',
    },
  );
}
