// LIST and UIDL answers (RFC 1939 sections 5 and 7), row by row, and the two joined to what a run decides on.

import { MailferryError } from '../errors.ts';
import { toUidl } from '../uidl.ts';
import type { Uidl } from '../uidl.ts';

/** One message of the maildrop, as listed in this session. */
export interface ListedMessage {
  /** From 1; means nothing outside this session. */
  readonly messageNumber: number;
  /** By LIST; `undefined` when the server gave no usable number. Servers are often off by a few octets, so it is an estimate. */
  readonly octets: number | undefined;
  /** `undefined` when the server gave none for this message. */
  readonly uidl: Uidl | undefined;
}

export type ListRow = Pick<ListedMessage, 'messageNumber' | 'octets'>;
export type UidlRow = Pick<ListedMessage, 'messageNumber' | 'uidl'>;

const SPACE = 0x20;
const TAB = 0x09;

// QUIRK(k9 issue 1237): some servers put "+OK " in front of every row.
const ROW = /^[ \t]*(?:\+OK[ \t]+)?(\d{1,15})(?:[ \t]+|$)/i;

/** One row of a LIST answer: `n octets`, whatever follows ignored (mailutils adds a third number). @throws POP3_PROTOCOL */
export function parseListRow(row: Uint8Array): ListRow {
  const { messageNumber, rest } = splitRow(row, 'LIST');
  const octets = /^(\d{1,15})(?:[ \t]|$)/.exec(latin1(rest))?.[1];
  return { messageNumber, octets: octets === undefined ? undefined : Number(octets) };
}

/**
 * One row of a UIDL answer: `n unique-id`. The id is every octet up to trailing white space: 8-bit octets, inner
 * spaces and 300 octets were seen. QUIRK(dovecot): an empty id is no id. @throws POP3_PROTOCOL
 */
export function parseUidlRow(row: Uint8Array): UidlRow {
  const { messageNumber, rest } = splitRow(row, 'UIDL');
  let end = rest.length;
  while (end > 0 && (rest[end - 1] === SPACE || rest[end - 1] === TAB)) end -= 1;
  return { messageNumber, uidl: end === 0 ? undefined : toUidl(rest.subarray(0, end)) };
}

function splitRow(row: Uint8Array, command: string): { messageNumber: number; rest: Uint8Array } {
  const match = ROW.exec(latin1(row));
  const messageNumber = Number(match?.[1] ?? 0);
  if (!match || messageNumber < 1) {
    throw protocolError(`${command} row: expected "number value", got ${row.length} octets of another form`);
  }
  return { messageNumber, rest: row.subarray(match[0].length) };
}

/**
 * Every message that either answer names, by message number, oldest first.
 * @param list rows of LIST, or `undefined` if the server refused it
 * @param uidl rows of UIDL, or `undefined` if the server has no such command
 * @throws POP3_PROTOCOL if an answer names a number twice, or UIDL names none of the messages LIST names
 */
export function joinListing(
  list: readonly ListRow[] | undefined,
  uidl: readonly UidlRow[] | undefined,
): ListedMessage[] {
  const octetsByNumber = new Map(list?.map((row) => [row.messageNumber, row.octets]));
  const uidlByNumber = new Map(uidl?.map((row) => [row.messageNumber, row.uidl]));
  refuseRepeats('LIST', list, octetsByNumber);
  refuseRepeats('UIDL', uidl, uidlByNumber);
  if (list && uidl && list.length > 0 && uidl.length === 0) {
    throw protocolError(`UIDL named none of the ${list.length} messages that LIST names`);
  }
  const numbers = [...new Set([...octetsByNumber.keys(), ...uidlByNumber.keys()])].sort((a, b) => a - b);
  return numbers.map((messageNumber) => ({
    messageNumber,
    octets: octetsByNumber.get(messageNumber),
    uidl: uidlByNumber.get(messageNumber),
  }));
}

function refuseRepeats(
  command: string,
  rows: readonly unknown[] | undefined,
  distinct: ReadonlyMap<number, unknown>,
): void {
  if (rows && rows.length !== distinct.size) {
    throw protocolError(
      `${command} gave ${rows.length} rows for ${distinct.size} message numbers: a number came twice`,
    );
  }
}

function protocolError(message: string): MailferryError {
  return new MailferryError(message, { code: 'POP3_PROTOCOL', scope: 'session', retryable: true });
}

function latin1(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
}
