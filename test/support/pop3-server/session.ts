// One POP3 session as its commands see it: who is there, what is listed, and how to answer.
// Never decides anything: which command is allowed when is in conversation.ts.

import type { Pop3Faults } from './faults.ts';
import { sizeOctetsOf } from './maildrop.ts';
import type { TestMessage } from './maildrop.ts';
import type { ServerCertificate, Wire } from './wire.ts';

/** What all sessions of a server share. `faults` is read anew at each command. */
export interface ServerState {
  readonly user: string;
  readonly password: string;
  readonly tls: 'none' | 'implicit' | 'stls';
  readonly certificate: ServerCertificate | undefined;
  readonly maildrop: TestMessage[];
  faults: Pop3Faults;
}

/** What a client did, for assertions. Secrets are in it. */
export interface SessionLog {
  /** Command lines as received (and a fault's injected one), without CRLF, one character per octet. */
  readonly commands: string[];
  /** How many of the commands came in clear. */
  commandsInClear: number;
  /** Messages sent whole by RETR. */
  retrieved: number;
  /**
   * `quit`: QUIT was answered with +OK. `dropped`: the connection ended in any other way.
   * A client that drops is noticed a moment later; after the server's `close` nothing is `open`.
   */
  ending: 'open' | 'quit' | 'dropped';
}

export interface Session {
  readonly wire: Wire;
  readonly server: ServerState;
  readonly log: SessionLog;
  phase: 'authorization' | 'transaction' | 'over';
  userName: string | undefined;
  /** The maildrop as it was at login: message n is at n - 1. */
  messages: readonly TestMessage[];
  readonly deleted: Set<TestMessage>;
}

export const NO_SUCH_MESSAGE = '-ERR no such message';

/** A one-line answer, without CRLF. @throws ConnectionEnded */
export async function reply(session: Session, line: string): Promise<void> {
  await session.wire.write([Buffer.from(`${line}\r\n`, 'latin1')], session.server.faults.writeOctets);
}

/** A listing: status line, rows, dot. @throws ConnectionEnded */
export async function replyRows(session: Session, status: string, rows: readonly string[]): Promise<void> {
  await reply(session, [status, ...rows, '.'].join('\r\n'));
}

/** The message a client means, unless it names none or a deleted one. */
export function messageAt(session: Session, argument: string): TestMessage | undefined {
  const message = /^\d+$/.test(argument) ? session.messages[Number(argument) - 1] : undefined;
  return message === undefined || session.deleted.has(message) ? undefined : message;
}

/** Messages not marked as deleted, with their numbers. */
export function listedMessages(session: Session): { number: number; message: TestMessage; size: number }[] {
  return session.messages
    .map((message, index) => ({ number: index + 1, message, size: sizeOctetsOf(message) }))
    .filter(({ message }) => !session.deleted.has(message));
}
