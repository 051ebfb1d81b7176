// From a document to what a row says of it. Pure; the same document always gives the same facts.

import type { AttachmentDocument, EmailAddress, MessageDocument } from '../message/document.ts';
import type { CatalogAddress, CatalogAttachment, CatalogFacts } from './catalog-row.ts';
import { RowCutter } from './cut.ts';

/** @param md5 of a text in UTF-8, in lower-case hexadecimal */
export function catalogFactsOf(document: MessageDocument, md5: (text: string) => string): CatalogFacts {
  const cutter = new RowCutter();
  const [messageId = null] = document.messageId;
  const facts = {
    message_id: cutter.nullable(messageId),
    edrm_mih: messageId === null ? null : edrmMih(messageId, md5),
    in_reply_to: cutter.nullable(document.inReplyTo[0] ?? null),
    reference_ids: textsIn(document.references, cutter),
    from_addresses: addressesIn(document.from, cutter),
    to_addresses: addressesIn(document.to, cutter),
    cc_addresses: addressesIn(document.cc, cutter),
    bcc_addresses: addressesIn(document.bcc, cutter),
    reply_to_addresses: addressesIn(document.replyTo, cutter),
    subject: cutter.nullable(document.subject),
    sent_at: document.sentAt,
    received_at: document.receivedAt,
    attachment_count: document.attachments.length,
    attachment_size: document.attachments.reduce((sum, { size }) => sum + size, 0),
    attachments: attachmentsIn(document.attachments, cutter),
    preview: cutter.text(document.preview),
    problems: textsIn(document.problems, cutter),
  };
  return { ...facts, is_cut: cutter.isCut };
}

/**
 * EDRM's Message Identification Hash: MD5 of the Message-ID with its angle brackets, in upper-case hexadecimal. Here of the id
 * as the document has it, so of one without folding.
 */
function edrmMih(messageId: string, md5: (text: string) => string): string {
  return md5(`<${messageId}>`).toUpperCase();
}

function textsIn(texts: readonly string[], cutter: RowCutter): readonly string[] {
  return cutter.list(
    texts.map((text) => cutter.text(text)),
    ({ length }) => length,
  );
}

function addressesIn(addresses: readonly EmailAddress[], cutter: RowCutter): readonly CatalogAddress[] {
  return cutter.list(
    addresses.map(({ name, email }) => ({ name: cutter.nullable(name), email: cutter.text(email) })),
    ({ name, email }) => (name?.length ?? 0) + email.length,
  );
}

function attachmentsIn(
  attachments: readonly AttachmentDocument[],
  cutter: RowCutter,
): readonly CatalogAttachment[] {
  return cutter.list(
    attachments.map(({ name, type, size, sha256, isInline }) => ({
      name: cutter.nullable(name),
      type: cutter.text(type),
      size,
      sha256,
      is_inline: isInline,
    })),
    ({ name, type }) => (name?.length ?? 0) + type.length,
  );
}
