// One POP3 session (RFC 1939): a method for each command. Octets in, octets out: nothing of a message is ever decoded here. An
// answer that breaks the protocol closes the connection. How a session is opened and logged into: open-session.ts.

import { MailferryError } from '../core/errors.ts';
import { MAX_CAPABILITY_ROWS, MAX_LISTING_ROWS, TIMEOUTS_MS } from '../core/limits.ts';
import { parseCapabilities } from '../core/pop3/capabilities.ts';
import type { Capabilities } from '../core/pop3/capabilities.ts';
import type { Keyword } from '../core/pop3/command.ts';
import type { ListRow, UidlRow } from '../core/pop3/listing.ts';
import { ListColumns, UidlColumns } from '../core/pop3/listing-columns.ts';
import type { TakeRow } from '../core/pop3/listing-columns.ts';
import { ONE_BY_ONE } from '../core/pop3/retrieval-window.ts';
import type { WindowLimits } from '../core/pop3/retrieval-window.ts';
import { parseStat } from '../core/pop3/stat.ts';
import type { MaildropSize } from '../core/pop3/stat.ts';
import type { SessionState } from '../core/pop3/states.ts';
import type { TlsFacts } from '../ports/pop3.ts';
import type { Conversation } from './conversation.ts';
import { retrieveEach } from './retrieve-each.ts';
import type { Retrieval, RetrievalRequest } from './retrieve-each.ts';

export class Pop3Session {
  readonly #conversation: Conversation;

  /** In whatever state the conversation is. */
  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  /** Another one only by what this session does: a server that has gone shows at the next command. */
  get state(): SessionState {
    return this.#conversation.state;
  }

  /** `undefined` while nothing is encrypted. */
  get tls(): TlsFacts | undefined {
    return this.#conversation.wire.tls;
  }

  /**
   * What the server can do in the present state (RFC 2449 section 5): to be asked again after STLS and after login.
   * @returns `undefined` when it has no CAPA
   */
  async capabilities(): Promise<Capabilities | undefined> {
    const reply = await this.#conversation.ask({ keyword: 'CAPA' }, TIMEOUTS_MS.command);
    if (reply.status !== 'ok') return undefined;
    const rows: Uint8Array[] = [];
    await this.#conversation.rows('CAPA', MAX_CAPABILITY_ROWS, (octets, start, end) => {
      rows.push(Uint8Array.from(octets.subarray(start, end)));
    });
    return this.#conversation.wire.guard(() => parseCapabilities(rows));
  }

  /** @throws POP3_UNAVAILABLE when it is refused: some servers open the maildrop only now; POP3_PROTOCOL */
  async stat(): Promise<MaildropSize> {
    const reply = await this.#conversation.ask({ keyword: 'STAT' }, TIMEOUTS_MS.listing);
    if (reply.status !== 'ok') throw unavailable('STAT', this.#conversation.shown(reply));
    return this.#conversation.wire.guard(() => parseStat(reply));
  }

  /** The size of every message, or `undefined` when the server refuses: sizes are only estimates for us. */
  async list(): Promise<ListRow[] | undefined> {
    return (await this.listColumns())?.rows();
  }

  /** As `list`, for listings of any length. */
  async listColumns(): Promise<ListColumns | undefined> {
    const reply = await this.#conversation.ask({ keyword: 'LIST' }, TIMEOUTS_MS.listing);
    return reply.status === 'ok' ? await this.#readListing('LIST', new ListColumns()) : undefined;
  }

  /**
   * The unique-id of every message, or `undefined` when the server has no UIDL command.
   * @throws POP3_UNAVAILABLE when it has one and refuses it just now
   */
  async uidl(): Promise<UidlRow[] | undefined> {
    return (await this.uidlColumns())?.rows();
  }

  /** As `uidl`, for listings of any length. */
  async uidlColumns(): Promise<UidlColumns | undefined> {
    const reply = await this.#conversation.ask({ keyword: 'UIDL' }, TIMEOUTS_MS.listing);
    if (reply.status === 'ok') return await this.#readListing('UIDL', new UidlColumns());
    if (!reply.responseCode && (await this.capabilities())?.has('UIDL') !== true) return undefined;
    throw unavailable('UIDL', this.#conversation.shown(reply));
  }

  /** One message: as `Retrieval.read`. */
  async *retrieve(messageNumber: number): AsyncGenerator<Uint8Array, void, undefined> {
    const request: RetrievalRequest = { messageNumber, octets: undefined };
    for await (const retrieval of this.retrieveEach([request], ONE_BY_ONE)) yield* retrieval.read();
  }

  /** Many messages, asked for ahead as far as the limits go: see retrieve-each.ts. Only where the server can take it. */
  retrieveEach<Request extends RetrievalRequest>(
    requests: Iterable<Request>,
    limits: WindowLimits,
  ): AsyncGenerator<Retrieval<Request>, void, undefined> {
    return retrieveEach(this.#conversation, requests, limits);
  }

  /**
   * The message's header block, an empty line, and the first `lines` lines of its body (RFC 1939 section 7), octets as in
   * `retrieve`. Never a substitute for it: servers cut and add lines.
   * @returns `undefined` when the server refuses: TOP is optional
   */
  async top(messageNumber: number, lines: number): Promise<AsyncIterable<Uint8Array> | undefined> {
    const command = { keyword: 'TOP', argument: `${messageNumber} ${lines}` } as const;
    const reply = await this.#conversation.ask(command, TIMEOUTS_MS.retrieveIdle);
    const refusal = this.#conversation.refusal(`TOP ${messageNumber}`, reply, 'message');
    return refusal ? undefined : this.#conversation.octets(`the header of message ${messageNumber}`);
  }

  /**
   * Mark a message for deletion; nothing is deleted before `quit` succeeds (RFC 1939 section 6).
   * @throws POP3_COMMAND_REFUSED (scope message)
   */
  async dele(messageNumber: number): Promise<void> {
    const command = { keyword: 'DELE', argument: messageNumber } as const;
    const reply = await this.#conversation.ask(command, TIMEOUTS_MS.command);
    const refusal = this.#conversation.refusal(`DELE ${messageNumber}`, reply, 'message');
    if (refusal) throw refusal;
  }

  /** NOOP, if no answer is due: a server that is still sending knows that we are there. @throws POP3_TIMEOUT, POP3_CONNECTION_LOST */
  async stayAwake(): Promise<void> {
    if (this.#conversation.isIdle) await this.noop();
  }

  /** Keeps the session from being ended for idleness. A refusal is as good: the server is there. */
  async noop(): Promise<void> {
    await this.#conversation.ask({ keyword: 'NOOP' }, TIMEOUTS_MS.command);
  }

  /**
   * The languages the server can speak, as tag and name (RFC 6856 section 3), or, given a tag, speak that one from now on.
   * @throws POP3_COMMAND_REFUSED
   */
  async lang(tag?: string): Promise<readonly string[]> {
    const command = { keyword: 'LANG', ...(tag !== undefined && { argument: tag }) } as const;
    const reply = await this.#conversation.ask(command, TIMEOUTS_MS.command);
    const refusal = this.#conversation.refusal('LANG', reply, 'session');
    if (refusal) throw refusal;
    const languages: string[] = [];
    if (tag !== undefined) return languages;
    await this.#conversation.rows('LANG', MAX_CAPABILITY_ROWS, (octets, start, end) => {
      languages.push(Buffer.from(octets.subarray(start, end)).toString('utf8'));
    });
    return languages;
  }

  /** Takes back every deletion of this session. @throws POP3_COMMAND_REFUSED */
  async rset(): Promise<void> {
    const reply = await this.#conversation.ask({ keyword: 'RSET' }, TIMEOUTS_MS.command);
    const refusal = this.#conversation.refusal('RSET', reply, 'session');
    if (refusal) throw refusal;
  }

  /**
   * End the session: only the `+OK` to this commits deletions. Some servers also delete or hide, on QUIT, whatever was
   * RETRed: call it only when everything retrieved is committed, `drop` otherwise. Closes the connection in any case.
   * @throws POP3_COMMAND_REFUSED when the server could not remove every message marked
   */
  async quit(): Promise<void> {
    try {
      const reply = await this.#conversation.ask({ keyword: 'QUIT' }, TIMEOUTS_MS.quit);
      const refusal = this.#conversation.refusal('QUIT', reply, 'session');
      if (refusal) throw refusal;
    } finally {
      this.#conversation.close();
    }
  }

  /**
   * End a session in which nothing was retrieved or deleted: QUIT, whose answer nobody waits for. Closes the connection.
   * @throws POP3_CONNECTION_LOST
   */
  async leave(): Promise<void> {
    try {
      await this.#conversation.send([{ keyword: 'QUIT' }]);
    } finally {
      this.#conversation.close();
    }
  }

  /** Close the connection without QUIT: the server forgets this session (RFC 1939 section 6). Safe to repeat. */
  drop(): void {
    this.#conversation.close();
  }

  async #readListing<Columns extends { readonly push: TakeRow }>(
    keyword: Keyword,
    columns: Columns,
  ): Promise<Columns> {
    await this.#conversation.rows(keyword, MAX_LISTING_ROWS, columns.push);
    return columns;
  }
}

function unavailable(keyword: Keyword, text: string): MailferryError {
  return new MailferryError(`${keyword} was refused: "${text}"`, {
    code: 'POP3_UNAVAILABLE',
    scope: 'session',
    retryable: true,
    hint: 'the server has a problem with this mailbox just now: run again later',
  });
}
