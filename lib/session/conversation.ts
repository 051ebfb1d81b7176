// Commands and their answers over a wire, in order: several commands may be under way, and each answer belongs to the first of
// them that has none. Knows the state of the session, and lets nothing out that the state does not allow.

import { MailferryError } from '../core/errors.ts';
import type { ErrorScope } from '../core/errors.ts';
import {
  MAX_LISTING_LINE_OCTETS,
  MAX_LISTING_OCTETS,
  MAX_STATUS_LINE_OCTETS,
  MIN_PROGRESS_OCTETS,
  TIMEOUTS_MS,
} from '../core/limits.ts';
import { BodyDecoder } from '../core/pop3/body-decoder.ts';
import { CommandRefused } from '../core/pop3/command-refused.ts';
import { encodeCommand } from '../core/pop3/command.ts';
import type { Keyword } from '../core/pop3/command.ts';
import { parseReply } from '../core/pop3/reply.ts';
import type { Reply } from '../core/pop3/reply.ts';
import type { TakeRow } from '../core/pop3/listing-columns.ts';
import { assertAllowed } from '../core/pop3/states.ts';
import type { SessionState } from '../core/pop3/states.ts';
import { Patience } from './patience.ts';
import type { Wire } from './wire.ts';

export interface Command {
  readonly keyword: Keyword;
  readonly argument?: string | number;
  /** The argument is a secret, or has one in it. */
  readonly isSecret?: boolean;
}

const DOT = 0x2e;

export class Conversation {
  readonly wire: Wire;
  state: SessionState = 'authorization';
  /** Commands whose answers have not been read to the end. */
  #due = 0;
  /** Rows or octets of an answer are on their way. */
  #isReading = false;

  constructor(wire: Wire) {
    this.wire = wire;
  }

  /** In TRANSACTION state, with nothing under way. */
  get isIdle(): boolean {
    return this.state === 'transaction' && this.#due === 0 && !this.#isReading;
  }

  /** One command, and its status line. @throws POP3_COMMAND_INVALID, POP3_PROTOCOL, POP3_TIMEOUT, POP3_CONNECTION_LOST */
  async ask(command: Command, timeoutMs: number): Promise<Reply> {
    await this.send([command]);
    return await this.reply(command.keyword, timeoutMs);
  }

  /** Commands in one packet; the caller reads an answer to each, in this order. @throws as `ask` */
  async send(commands: readonly Command[]): Promise<void> {
    for (const { keyword } of commands) assertAllowed(keyword, this.state);
    const lines = commands.map(({ keyword, argument }) => encodeCommand(keyword, argument));
    if (this.#due === 0)
      this.wire.assertInStep(`sending ${commands.map(({ keyword }) => keyword).join(', ')}`);
    this.#due += commands.length;
    await this.wire.write(Buffer.concat(lines), commands.map(shownOf).join('\r\n'));
  }

  /** One line of a SASL exchange (RFC 5034 section 4), which nobody gets to see, and the answer to it. */
  async respond(line: string, timeoutMs: number): Promise<Reply> {
    this.wire.assertInStep('the next line of AUTH');
    this.wire.mask.addLine(line);
    this.#due += 1;
    await this.wire.write(Buffer.from(`${line}\r\n`, 'latin1'), '***');
    return await this.reply('AUTH', timeoutMs);
  }

  /** The status line of the next answer. If rows or octets follow, it is over when these are read. */
  async reply(keyword: Keyword, timeoutMs: number): Promise<Reply> {
    const awaited = `the answer to ${keyword}`;
    const line = await this.wire.readLine(MAX_STATUS_LINE_OCTETS, new Patience(timeoutMs), awaited);
    const reply = this.wire.guard(() => parseReply(line));
    this.#due -= 1;
    return reply;
  }

  /** What the server said, for people: judged is always what it really said. */
  shown({ text, said }: Reply): string {
    return this.wire.mask.isTold(said) ? '(not shown: it repeats the password)' : text;
  }

  /**
   * Rows up to the terminating dot (RFC 1939 section 3), each valid only inside `takeRow`; what `takeRow` throws closes the
   * connection. @throws POP3_LIMIT_EXCEEDED, POP3_TIMEOUT, POP3_CONNECTION_LOST
   */
  async rows(keyword: Keyword, maxRows: number, takeRow: TakeRow): Promise<void> {
    const patience = new Patience(TIMEOUTS_MS.listing, MIN_PROGRESS_OCTETS);
    this.#isReading = true;
    let [count, octets] = [0, 0];
    await this.wire.readLines(
      MAX_LISTING_LINE_OCTETS,
      patience,
      `a row of ${keyword}`,
      (line, start, end) => {
        const isStuffed = line[start] === DOT && start < end;
        if (isStuffed && start + 1 === end) return false;
        takeRow(line, isStuffed ? start + 1 : start, end);
        count += 1;
        octets += end - start;
        if (count > maxRows || octets > MAX_LISTING_OCTETS) throw tooManyRows(keyword, maxRows);
        return true;
      },
    );
    this.#isReading = false;
  }

  /**
   * Octets without byte-stuffing, in pieces as they arrive. Complete only when the iteration ends by itself: leaving it
   * early closes the connection. @throws POP3_TIMEOUT, POP3_CONNECTION_LOST
   */
  async *octets(what: string): AsyncGenerator<Uint8Array, void, undefined> {
    const decoder = new BodyDecoder(this.wire.lastLineEnds);
    const patience = new Patience(TIMEOUTS_MS.retrieveIdle, MIN_PROGRESS_OCTETS);
    this.#isReading = true;
    let hasEnded = false;
    try {
      while (!hasEnded) {
        const chunk = await this.wire.take(patience, `the rest of ${what}`);
        const body = decoder.push(chunk);
        this.wire.noteOctets(chunk.length - body.rest.length);
        yield* body.octets;
        if (body.ended) this.#endOctets(what, body.rest);
        hasEnded = body.ended;
      }
      this.#isReading = false;
    } finally {
      if (!hasEnded) this.close();
    }
  }

  close(): void {
    this.state = 'closed';
    this.wire.close();
  }

  /**
   * What a refusal of one command means, or `undefined` if it is none; the caller throws it.
   * @throws it for a lone "+", which answers AUTH only (RFC 5034 section 4): the server thinks it was asked something else
   */
  refusal(command: string, reply: Reply, scope: ErrorScope): MailferryError | undefined {
    if (reply.status === 'ok') return undefined;
    const isAstray = reply.status === 'continue';
    const error = new CommandRefused(command, isAstray ? 'session' : scope, reply, this.shown(reply));
    if (isAstray) throw this.wire.fail(error);
    return error;
  }

  /**
   * Nothing may follow a message while nothing else was asked for. QUIRK(servers that do not byte-stuff): a line with a
   * lone dot ends the message too early, and its rest would be taken for answers.
   */
  #endOctets(what: string, rest: Uint8Array): void {
    this.wire.putBack(rest);
    if (this.#due === 0) this.wire.assertInStep(`accepting ${what}`);
  }
}

function tooManyRows(keyword: Keyword, maxRows: number): MailferryError {
  return new MailferryError(`${keyword} listed more than ${maxRows} rows or ${MAX_LISTING_OCTETS} octets`, {
    code: 'POP3_LIMIT_EXCEEDED',
    scope: 'session',
    retryable: false,
  });
}

function shownOf({ keyword, argument, isSecret }: Command): string {
  if (argument === undefined) return keyword;
  if (!isSecret) return `${keyword} ${argument}`;
  // Which mechanism it is, is no secret.
  return keyword === 'AUTH' ? `AUTH ${String(argument).split(' ', 1).join('')} ***` : `${keyword} ***`;
}
