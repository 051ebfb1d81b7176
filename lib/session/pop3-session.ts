// One POP3 session (RFC 1939) after its greeting: a method for each command, one command at a time. Octets in, octets
// out: nothing of a message is ever decoded here. An answer that breaks the protocol closes the connection.

import { MailferryError } from '../core/errors.ts';
import type { ErrorScope } from '../core/errors.ts';
import {
  MAX_CAPABILITY_ROWS,
  MAX_LISTING_ROWS,
  MAX_STATUS_LINE_OCTETS,
  TIMEOUTS_MS,
} from '../core/limits.ts';
import { parseCapabilities } from '../core/pop3/capabilities.ts';
import type { Capabilities } from '../core/pop3/capabilities.ts';
import type { Keyword } from '../core/pop3/command.ts';
import { loginError } from '../core/pop3/failed-login.ts';
import { parseListRow, parseUidlRow } from '../core/pop3/listing.ts';
import type { ListRow, UidlRow } from '../core/pop3/listing.ts';
import { parseReply } from '../core/pop3/reply.ts';
import type { Reply } from '../core/pop3/reply.ts';
import type { Secret } from '../core/secret.ts';
import { readBody, readRows } from './multi-line.ts';
import type { Wire } from './wire.ts';

export class Pop3Session {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** What the server can do in the present state; empty when it has no CAPA (RFC 2449 section 5). */
  async capabilities(): Promise<Capabilities> {
    const reply = await this.#command('CAPA', TIMEOUTS_MS.command);
    if (reply.status !== 'ok') return new Map();
    const rows: Uint8Array[] = [];
    await readRows(this.#wire, 'CAPA', MAX_CAPABILITY_ROWS, (row) => rows.push(Uint8Array.from(row)));
    return parseCapabilities(rows);
  }

  /**
   * Upgrade to TLS (RFC 2595 section 4); nothing learned before it counts afterwards.
   * @throws STLS_REFUSED, TLS_HANDSHAKE_FAILED, TLS_CERTIFICATE_REFUSED: never continues in clear text
   */
  async startTls(): Promise<void> {
    const reply = await this.#command('STLS', TIMEOUTS_MS.command);
    if (reply.status !== 'ok') {
      throw this.#wire.fail(
        new MailferryError(
          `STLS was refused: "${reply.text}"; this account allows no connection without TLS`,
          {
            code: 'STLS_REFUSED',
            scope: 'account',
            retryable: false,
            hint: 'use "tls: implicit" with port 995 if the server offers it',
          },
        ),
      );
    }
    await this.#wire.startTls();
  }

  /** USER and PASS. @throws POP3_AUTH_FAILED, POP3_MAILDROP_BUSY, POP3_COMMAND_INVALID */
  async login(user: string, password: Secret): Promise<void> {
    const greeted = await this.#command('USER', TIMEOUTS_MS.login, user);
    if (greeted.status !== 'ok') throw loginError('USER', greeted);
    const accepted = await this.#command('PASS', TIMEOUTS_MS.login, password.reveal());
    if (accepted.status !== 'ok') throw loginError('PASS', withoutSecret(accepted, password));
  }

  /** The size of every message, or `undefined` when the server refuses: sizes are only estimates for us. */
  async list(): Promise<ListRow[] | undefined> {
    const reply = await this.#command('LIST', TIMEOUTS_MS.listing);
    return reply.status === 'ok' ? await this.#readListing('LIST', parseListRow) : undefined;
  }

  /**
   * The unique-id of every message, or `undefined` when the server has no UIDL command.
   * @throws POP3_UNAVAILABLE when it has one and refuses it just now
   */
  async uidl(): Promise<UidlRow[] | undefined> {
    const reply = await this.#command('UIDL', TIMEOUTS_MS.listing);
    if (reply.status === 'ok') return await this.#readListing('UIDL', parseUidlRow);
    if (!reply.responseCode && !(await this.capabilities()).has('UIDL')) return undefined;
    throw new MailferryError(`UIDL was refused: "${reply.text}"`, {
      code: 'POP3_UNAVAILABLE',
      scope: 'session',
      retryable: true,
      hint: 'the server has a problem with this mailbox just now: run again later',
    });
  }

  /**
   * The message's octets exactly as they were before byte-stuffing, in pieces as they arrive. Complete only when the
   * iteration ends by itself: POP3 cannot stop a RETR, so leaving it early closes the connection.
   * @throws POP3_COMMAND_REFUSED (scope message) when the server will not give this message; POP3_CONNECTION_LOST,
   *         POP3_TIMEOUT when it stops in the middle: then what came is worthless
   */
  async *retrieve(messageNumber: number): AsyncGenerator<Uint8Array, void, undefined> {
    const reply = await this.#command('RETR', TIMEOUTS_MS.retrieveIdle, messageNumber);
    if (reply.status === 'continue')
      throw this.#wire.fail(refused(`RETR ${messageNumber}`, reply, 'session'));
    if (reply.status !== 'ok') throw refused(`RETR ${messageNumber}`, reply, 'message');
    yield* readBody(this.#wire, `message ${messageNumber}`);
  }

  /**
   * The message's header block, an empty line, and the first `lines` lines of its body (RFC 1939 section 7), octets as in
   * `retrieve`. Never a substitute for it: servers cut and add lines.
   * @returns `undefined` when the server refuses: TOP is optional
   */
  async top(messageNumber: number, lines: number): Promise<AsyncIterable<Uint8Array> | undefined> {
    const reply = await this.#command('TOP', TIMEOUTS_MS.retrieveIdle, `${messageNumber} ${lines}`);
    if (reply.status === 'continue') throw this.#wire.fail(refused(`TOP ${messageNumber}`, reply, 'session'));
    return reply.status === 'ok' ? readBody(this.#wire, `the header of message ${messageNumber}`) : undefined;
  }

  /**
   * Mark a message for deletion; nothing is deleted before `quit` succeeds (RFC 1939 section 6).
   * @throws POP3_COMMAND_REFUSED (scope message)
   */
  async dele(messageNumber: number): Promise<void> {
    const reply = await this.#command('DELE', TIMEOUTS_MS.command, messageNumber);
    if (reply.status !== 'ok') throw refused(`DELE ${messageNumber}`, reply, 'message');
  }

  /**
   * End the session: only the `+OK` to this commits deletions. Some servers also delete or hide, on QUIT, whatever was
   * RETRed: call it only when everything retrieved is committed, `drop` otherwise. Closes the connection in any case.
   * @throws POP3_COMMAND_REFUSED when the server could not remove every message marked
   */
  async quit(): Promise<void> {
    try {
      const reply = await this.#command('QUIT', TIMEOUTS_MS.quit);
      if (reply.status !== 'ok') throw refused('QUIT', reply, 'session');
    } finally {
      this.#wire.close();
    }
  }

  /** Close the connection without QUIT: the server forgets this session (RFC 1939 section 6). Safe to repeat. */
  drop(): void {
    this.#wire.close();
  }

  async #command(keyword: Keyword, timeoutMs: number, argument?: string | number): Promise<Reply> {
    await this.#wire.send(keyword, argument);
    const line = await this.#wire.readLine(MAX_STATUS_LINE_OCTETS, timeoutMs, `the answer to ${keyword}`);
    return this.#wire.guard(() => parseReply(line));
  }

  async #readListing<Row>(command: Keyword, parse: (row: Uint8Array) => Row): Promise<Row[]> {
    const rows: Row[] = [];
    await readRows(this.#wire, command, MAX_LISTING_ROWS, (row) => rows.push(parse(row)));
    return rows;
  }
}

/** A server may repeat the line it refuses: its words are dropped if so much as the start of the password is in them. */
function withoutSecret(reply: Reply, password: Secret): Reply {
  const start = password.reveal().slice(0, 4);
  if (!reply.text.toLowerCase().includes(start.toLowerCase())) return reply;
  return { ...reply, text: '(not shown: it repeats the password)' };
}

function refused(command: string, reply: Reply, scope: ErrorScope): MailferryError {
  return new MailferryError(`${command} was refused: "${reply.text}"`, {
    code: 'POP3_COMMAND_REFUSED',
    scope,
    retryable: true,
  });
}
