// The mail a test server holds, and what of it goes over the wire.
// Never changes a message's octets; the one addition a server must make is named in `asServed`.

import { createHash } from 'node:crypto';

/** One message of a maildrop. Messages are compared by identity: the same object is the same message. */
export interface TestMessage {
  /** One character per octet, sent as it is: empty, equal to another's or 300 octets long, as a test needs it. No CR, no LF. */
  readonly uidl: string;
  readonly content: Buffer | StreamedContent;
}

/** Content too large to hold: made anew for every RETR and TOP. */
export interface StreamedContent {
  /** What LIST and STAT say; must be the sum of the chunks unless a test wants it wrong. */
  readonly sizeOctets: number;
  open(): Iterable<Buffer> | AsyncIterable<Buffer>;
}

const SLICE_OCTETS = 256 * 1024;
const CRLF = Buffer.from('\r\n');

/** A maildrop of the given messages, oldest first. A UIDL is a hash of the octets, so it stays the same between runs. */
export function maildropOf(messages: Iterable<Buffer>): TestMessage[] {
  const seen = new Map<string, number>();
  return [...messages].map((content) => {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
    const copies = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, copies);
    return { uidl: copies === 1 ? hash : `${hash}-${copies}`, content };
  });
}

export function sizeOctetsOf(message: TestMessage): number {
  return Buffer.isBuffer(message.content) ? message.content.length : message.content.sizeOctets;
}

/** The octets in order; a Buffer is sliced, never copied. */
export function openMessage(message: TestMessage): Iterable<Buffer> | AsyncIterable<Buffer> {
  return Buffer.isBuffer(message.content) ? slices(message.content) : message.content.open();
}

function* slices(content: Buffer): Iterable<Buffer> {
  for (let at = 0; at < content.length; at += SLICE_OCTETS) yield content.subarray(at, at + SLICE_OCTETS);
}

/**
 * What a client has after RETR and dot-unstuffing: the message itself, with a CRLF added if it ends in none,
 * because only CRLF `.` CRLF can end an answer (RFC 1939 section 3). LIST does not count that CRLF, as on
 * Dovecot, Courier and Cyrus. An empty message stays empty.
 */
export function asServed(content: Buffer): Buffer {
  return content.length === 0 || content.subarray(-2).equals(CRLF) ? content : Buffer.concat([content, CRLF]);
}
