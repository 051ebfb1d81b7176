// The parsers that are compared, each at the whole work: every header, text and attachment decoded; ours hashes the attachments
// too, as it does for an archive.

import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { AccountId } from '../../lib/core/account.ts';
import type { IngestFacts } from '../../lib/core/message/document.ts';
import type { Sha256 } from '../../lib/core/record.ts';
import { parseMessage } from '../../lib/parse/parse-message.ts';

/** What a parser found, so that none is fast by finding nothing. */
export interface Found {
  readonly bodyCharacters: number;
  readonly attachments: number;
  readonly attachmentOctets: number;
}

/** Whole, or in pieces that are made as they are read, where nobody shall hold all of it. */
export type Message = Buffer | Iterable<Buffer>;

export type Parser = (message: Message) => Promise<Found>;

export const PARSER_NAMES = ['mailferry', 'simpleParser', 'simpleParser-skip', 'postal-mime'] as const;

export type ParserName = (typeof PARSER_NAMES)[number];

/** Loads what it needs and nothing else: a parser's memory is its own. */
export async function loadParser(name: ParserName): Promise<Parser> {
  switch (name) {
    case 'mailferry':
      return parseWithMailferry;
    case 'simpleParser':
      return await simpleParserWith({});
    case 'simpleParser-skip':
      return await simpleParserWith({
        skipHtmlToText: true,
        skipTextToHtml: true,
        skipImageLinks: true,
        skipTextLinks: true,
      });
    case 'postal-mime':
      return await postalMime();
  }
}

const PIECE_OCTETS = 64 * 1024;
const NO_HASH = '0'.repeat(64);
const INGEST: IngestFacts = {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is one
  account: 'bench' as AccountId,
  uidl: '1',
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is one
  sha256: NO_HASH as Sha256,
  size: 0,
  rawKey: `raw/account=bench/dt=2024-01-01/${NO_HASH}.eml`,
  runId: '1',
  fetchedAt: '2024-01-01T00:00:00.000Z',
};

/** In pieces, as it comes from a store. */
async function* piecesOf(message: Message): AsyncGenerator<Uint8Array> {
  if (!Buffer.isBuffer(message)) {
    yield* message;
    return;
  }
  for (let start = 0; start < message.length; start += PIECE_OCTETS) {
    yield message.subarray(start, start + PIECE_OCTETS);
  }
}

async function parseWithMailferry(message: Message): Promise<Found> {
  const document = await parseMessage(piecesOf(message), INGEST, async (content) => {
    const hash = createHash('sha256');
    let sizeOctets = 0;
    for await (const octets of content) {
      hash.update(octets);
      sizeOctets += octets.length;
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a hexadecimal SHA-256 is what the brand means
    return { sha256: hash.digest('hex') as Sha256, sizeOctets };
  });
  const sizes = document.attachments.map(({ size }) => size);
  return found(document.text, document.html, sizes);
}

async function simpleParserWith(options: object): Promise<Parser> {
  const { simpleParser } = await import('mailparser');
  return async (message) => {
    const { text, html, attachments } = await simpleParser(
      Buffer.isBuffer(message) ? message : Readable.from(message),
      options,
    );
    const sizes = attachments.map(({ size }) => size);
    return found(text, html === false ? undefined : html, sizes);
  };
}

async function postalMime(): Promise<Parser> {
  const { default: PostalMime } = await import('postal-mime');
  return async (message) => {
    const { text, html, attachments } = await PostalMime.parse(
      Buffer.isBuffer(message) ? message : Buffer.concat([...message]),
    );
    const sizes = attachments.map(({ content }) =>
      typeof content === 'string' ? content.length : content.byteLength,
    );
    return found(text, html, sizes);
  };
}

function found(
  text: string | null | undefined,
  html: string | null | undefined,
  attachmentOctets: readonly number[],
): Found {
  return {
    bodyCharacters: (text?.length ?? 0) + (html?.length ?? 0),
    attachments: attachmentOctets.length,
    attachmentOctets: attachmentOctets.reduce((sum, octets) => sum + octets, 0),
  };
}
