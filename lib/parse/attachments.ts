// An attachment on its way from the MIME parser to its sink, and what the document says of it.
// Its content streams by and is never held; its name is data and goes into no key.

import type { AttachmentStream, StructuredHeader } from 'mailparser';
import type { AccountId } from '../core/account.ts';
import { attachmentKey } from '../core/keys.ts';
import type { AttachmentDocument } from '../core/message/document.ts';
import type { Sha256 } from '../core/record.ts';

/** Consumes the decoded octets of one attachment. Called for each in order, one at a time. */
export type AttachmentSink = (
  content: AsyncIterable<Uint8Array>,
) => Promise<{ readonly sha256: Sha256; readonly sizeOctets: number }>;

export async function storeAttachment(
  part: AttachmentStream,
  account: AccountId,
  sink: AttachmentSink,
): Promise<AttachmentDocument> {
  const stored = await sink(part.content);
  // The parser waits for this before it goes on.
  part.release?.();
  const declared = contentTypeOf(part);
  const disposition = part.contentDisposition?.toLowerCase() ?? null;
  const cid = part.cid === undefined || part.cid === '' ? null : part.cid;
  return {
    partId: part.partId,
    name: part.filename === undefined || part.filename === '' ? null : part.filename,
    type: declared.type ?? guessedType(part),
    charset: declared.charset,
    disposition,
    cid,
    size: stored.sizeOctets,
    sha256: stored.sha256,
    key: attachmentKey(account, stored.sha256),
    isInline: disposition === 'inline' || (cid !== null && part.related === true),
  };
}

/** What the part itself declares: mailparser's `contentType` is guessed from the file name where that says `octet-stream`. */
function contentTypeOf(part: AttachmentStream): { type: string | null; charset: string | null } {
  const header = part.headers.get('content-type');
  if (!isStructured(header)) return { type: null, charset: null };
  const type = header.value.trim().toLowerCase();
  return { type: type === '' ? null : type, charset: header.params['charset'] ?? null };
}

/** Without a usable declaration mailparser says what the file name suggests, or `false`, whatever its types say. */
function guessedType(part: AttachmentStream): string {
  const guessed: unknown = part.contentType;
  return typeof guessed === 'string' ? guessed.toLowerCase() : 'application/octet-stream';
}

function isStructured(header: unknown): header is StructuredHeader {
  return (
    typeof header === 'object' &&
    header !== null &&
    'value' in header &&
    typeof header.value === 'string' &&
    'params' in header
  );
}
