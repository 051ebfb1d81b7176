// What a leaf part is: a body of the message, or an attachment, and of what kind. By type and name alone, never by content.

import type { AttachmentKind } from '../core/message/document.ts';
import type { Problem } from '../core/message/problems.ts';
import type { PartHeader } from './part-header.ts';

export type PartRole = 'text' | 'html' | 'attachment';

/** A text with a file name was given as a file, wherever it would be shown: it never becomes part of the body. */
export function roleOf({ type, name, disposition }: PartHeader): PartRole {
  if (name !== null || disposition === 'attachment') return 'attachment';
  if (type === 'text/plain') return 'text';
  return type === 'text/html' ? 'html' : 'attachment';
}

const KINDS: ReadonlyMap<string, AttachmentKind> = new Map([
  ['message/rfc822', 'message'],
  ['message/global', 'message'],
  ['message/news', 'message'],
  ['message/delivery-status', 'delivery-status'],
  ['message/global-delivery-status', 'delivery-status'],
  ['message/disposition-notification', 'disposition-notification'],
  ['message/feedback-report', 'feedback-report'],
  ['message/partial', 'partial-message'],
  ['message/external-body', 'external-body'],
  ['text/rfc822-headers', 'message-headers'],
  ['message/global-headers', 'message-headers'],
  ['text/calendar', 'calendar'],
  ['application/ics', 'calendar'],
  ['application/pkcs7-signature', 'smime-signature'],
  ['application/x-pkcs7-signature', 'smime-signature'],
  ['application/pkcs7-mime', 'smime'],
  ['application/x-pkcs7-mime', 'smime'],
  ['application/pgp-signature', 'pgp-signature'],
  ['application/pgp-encrypted', 'pgp-encrypted'],
  ['application/pgp-keys', 'pgp-keys'],
  ['application/ms-tnef', 'tnef'],
  ['application/vnd.ms-tnef', 'tnef'],
]);

export function kindOf({ type, name }: PartHeader): AttachmentKind | null {
  const kind = KINDS.get(type);
  if (kind !== undefined) return kind;
  return name?.toLowerCase() === 'winmail.dat' ? 'tnef' : null;
}

const DOUBTS: ReadonlyMap<AttachmentKind | null, Problem> = new Map([
  ['tnef', 'tnef-not-expanded'],
  ['pgp-encrypted', 'content-encrypted'],
  ['external-body', 'content-external'],
  ['partial-message', 'message-partial'],
]);

/** What of a part's content the document does not tell. */
export function doubtOf(header: PartHeader): Problem | undefined {
  const kind = kindOf(header);
  return kind === 'smime' ? smimeDoubtOf(header) : DOUBTS.get(kind);
}

const SMIME_DOUBTS: ReadonlyMap<string, Problem | undefined> = new Map([
  ['signed-data', 'content-signed-opaque'],
  ['enveloped-data', 'content-encrypted'],
  ['authenveloped-data', 'content-encrypted'],
  ['encrypted-data', 'content-encrypted'],
  ['compressed-data', 'content-compressed'],
  // There is nothing in it that a document could list.
  ['certs-only', undefined],
]);

/** By its `smime-type` (RFC 8551 section 3.2.2), which old senders leave out. */
function smimeDoubtOf(header: PartHeader): Problem | undefined {
  const contentType = header.fields.find(({ key }) => key === 'content-type')?.octets ?? '';
  const type = /smime-type\s*=\s*"?([a-z-]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? '';
  return SMIME_DOUBTS.has(type) ? SMIME_DOUBTS.get(type) : 'content-smime-unknown';
}
