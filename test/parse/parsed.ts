// Parses a message in this process and keeps what its sink was given: the short way for tests of parseMessage.

import type { AccountId } from '../../lib/core/account.ts';
import type { IngestFacts, MessageDocument } from '../../lib/core/message/document.ts';
import { parseMessage } from '../../lib/parse/parse-message.ts';
import { collect, inPieces, sha256Of } from '../support/memory-blob-store.ts';

interface Parsed {
  readonly document: MessageDocument;
  /** The decoded octets of each attachment, in order. */
  readonly contents: readonly Buffer[];
}

export function ingestOf(raw: Uint8Array): IngestFacts {
  const sha256 = sha256Of(raw);
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is one
    account: 'billing' as AccountId,
    uidl: 'u-1',
    sha256,
    size: raw.length,
    rawKey: `raw/account=billing/dt=2024-01-01/${sha256}.eml`,
    runId: '01HZZZ',
    fetchedAt: '2024-01-02T00:00:00.000Z',
  };
}

/** @param message lines, or octets as they are; text is taken as UTF-8 */
export async function parsed(message: readonly string[] | Uint8Array, pieceOctets?: number): Promise<Parsed> {
  const raw = message instanceof Uint8Array ? message : Buffer.from(message.join('\r\n'));
  const contents: Buffer[] = [];
  const document = await parseMessage(inPieces(raw, pieceOctets), ingestOf(raw), async (content) => {
    const octets = await collect(content);
    contents.push(octets);
    return { sha256: sha256Of(octets), sizeOctets: octets.length };
  });
  return { document, contents };
}

/** The headers every clean message has. */
export const TOP = ['From: a@example.com', 'Date: Mon, 1 Jan 2024 12:00:00 +0000', 'MIME-Version: 1.0'];

/** A multipart's header and body; each part is its own headers, an empty line, and its body. */
export function multipart(type: string, parts: readonly (readonly string[])[], boundary = 'b'): string[] {
  return [
    `Content-Type: multipart/${type}; boundary="${boundary}"`,
    '',
    ...parts.flatMap((part) => [`--${boundary}`, ...part]),
    `--${boundary}--`,
    '',
  ];
}

export const TEXT = ['Content-Type: text/plain; charset=utf-8', '', 'Grüße'];
export const HTML = ['Content-Type: text/html; charset=utf-8', '', '<p>Grüße</p>'];
