// The maildrops of memory-server.ts: what each command is answered with, ready to be sent.

import { madeMail, type Profile } from '../mailbox/made-mail.ts';
import { listedOctets, madeUidl } from './made-listing.ts';

export interface MemoryMaildrop {
  readonly count: number;
  readonly octetsOf: (number: number) => number;
  readonly uidlOf: (number: number) => string;
  /** With dots stuffed, without the last line. @param number from 1 */
  readonly octets: (number: number) => Iterable<Buffer>;
}

/** Whole messages, held in memory. */
export function mailDrop(profile: Profile, count: number): MemoryMaildrop {
  const stuffed: Buffer[] = [];
  const sizes: number[] = [];
  for (const message of madeMail(profile, count)) {
    sizes.push(message.length);
    stuffed.push(withDotsStuffed(message));
  }
  return {
    count,
    octetsOf: (number) => sizes[number - 1] ?? 0,
    uidlOf: madeUidl,
    octets: (number) => [stuffed[number - 1] ?? Buffer.alloc(0)],
  };
}

/** A listing alone: who asks for a message of it gets one without a body. */
export function listingDrop(count: number): MemoryMaildrop {
  return {
    count,
    octetsOf: listedOctets,
    uidlOf: madeUidl,
    octets: (number) => [Buffer.from(`Subject: ${number}\r\n\r\n`)],
  };
}

const GIANT_HEADER = Buffer.from(
  'Subject: giant\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n',
);
const GIANT_LINES = Buffer.from(`${'QUJD'.repeat(19)}\r\n`.repeat(8192));

/** One message of at least so many octets. */
export function giantDrop(octets: number): MemoryMaildrop {
  const times = Math.ceil(octets / GIANT_LINES.length);
  return {
    count: 1,
    octetsOf: () => GIANT_HEADER.length + times * GIANT_LINES.length,
    uidlOf: madeUidl,
    octets: giantPieces(times),
  };
}

/** What `giantDrop` sends, for whoever wants to know its checksum. */
export function* giantMessage(octets: number): Generator<Buffer> {
  yield* giantPieces(Math.ceil(octets / GIANT_LINES.length))();
}

function giantPieces(times: number): () => Generator<Buffer> {
  return function* () {
    yield GIANT_HEADER;
    for (let time = 0; time < times; time += 1) yield GIANT_LINES;
  };
}

function withDotsStuffed(message: Buffer): Buffer {
  const text = message.toString('latin1');
  return Buffer.from(text.replaceAll('\r\n.', '\r\n..').replace(/^\./, '..'), 'latin1');
}
