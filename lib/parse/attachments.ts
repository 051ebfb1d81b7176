// An attachment on its way from the message to its sink, and what the document says of it.
// Its content streams by and is never held; its name is data and goes into no key.

import type { AccountId } from '../core/account.ts';
import { attachmentKey } from '../core/keys.ts';
import type { AttachmentDocument, EmbeddedFileDocument } from '../core/message/document.ts';
import type { Sha256 } from '../core/record.ts';
import type { LeafPart } from './mime-splitter.ts';
import type { NestedMessage } from './nested-message.ts';
import { kindOf } from './part-kind.ts';
import type { UuencodedFile } from './uuencoded-files.ts';

/** Consumes the decoded octets of one attachment. Called for each in order, one at a time. */
export type AttachmentSink = (
  content: AsyncIterable<Uint8Array>,
) => Promise<{ readonly sha256: Sha256; readonly sizeOctets: number }>;

/** @param nested is given the octets that pass, if the part is a message */
export async function storeAttachment(
  part: LeafPart,
  content: AsyncIterable<Uint8Array>,
  nested: NestedMessage | undefined,
  account: AccountId,
  sink: AttachmentSink,
): Promise<AttachmentDocument> {
  const stored = await sink(nested === undefined ? content : shownTo(nested, content));
  const { name, type, charset, disposition, cid } = part.header;
  return {
    partId: part.partId,
    name,
    type,
    charset,
    disposition,
    cid,
    size: stored.sizeOctets,
    sha256: stored.sha256,
    key: attachmentKey(account, stored.sha256),
    isInline: disposition === 'inline' || (cid !== null && part.parentType === 'multipart/related'),
    kind: kindOf(part.header),
    message: nested?.end() ?? null,
  };
}

/** A file that stands in a body, which stays as it is. */
export async function storeEmbedded(
  { partId }: LeafPart,
  { name, octets }: UuencodedFile,
  account: AccountId,
  sink: AttachmentSink,
): Promise<EmbeddedFileDocument> {
  const content = (async function* () {
    if (octets.length > 0) yield octets;
  })();
  const { sha256, sizeOctets: size } = await sink(content);
  return { partId, encoding: 'uuencode', name, size, sha256, key: attachmentKey(account, sha256) };
}

async function* shownTo(
  nested: NestedMessage,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const octets of content) {
    nested.push(octets);
    yield octets;
  }
}
