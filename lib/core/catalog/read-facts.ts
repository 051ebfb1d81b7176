// Facts of a row that somebody else has made, who is not believed: every column is of its type and of no more than its size, or
// there are no facts. What comes out has these members and no others.

import type { Sha256 } from '../record.ts';
import type { CatalogAddress, CatalogAttachment, CatalogFacts } from './catalog-row.ts';
import { RowCutter } from './cut.ts';

/** @param value as JSON gave it. @returns `undefined` for anything that `catalogFactsOf` cannot have made */
export function readCatalogFacts(value: unknown): CatalogFacts | undefined {
  try {
    return toFacts(toObject(value));
  } catch (error) {
    if (error instanceof NotAFact) return undefined;
    throw error;
  }
}

class NotAFact extends Error {
  override readonly name = 'NotAFact';
}

type Found = Readonly<Record<string, unknown>>;

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const MD5 = /^[0-9A-F]{32}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const PROBLEM = /^[a-z0-9-]+$/;

function toFacts(found: Found): CatalogFacts {
  return {
    message_id: textOrNull(found['message_id']),
    edrm_mih: textOrNull(found['edrm_mih'], MD5),
    in_reply_to: textOrNull(found['in_reply_to']),
    reference_ids: listOf(found['reference_ids'], (id) => text(id)),
    from_addresses: listOf(found['from_addresses'], address),
    to_addresses: listOf(found['to_addresses'], address),
    cc_addresses: listOf(found['cc_addresses'], address),
    bcc_addresses: listOf(found['bcc_addresses'], address),
    reply_to_addresses: listOf(found['reply_to_addresses'], address),
    subject: textOrNull(found['subject']),
    sent_at: textOrNull(found['sent_at'], MOMENT),
    received_at: textOrNull(found['received_at'], MOMENT),
    attachment_count: count(found['attachment_count']),
    attachment_size: count(found['attachment_size']),
    attachments: listOf(found['attachments'], attachment),
    preview: text(found['preview']),
    problems: listOf(found['problems'], (name) => text(name, PROBLEM)),
    is_cut: flag(found['is_cut']),
  };
}

function address(value: unknown): CatalogAddress {
  const { name, email } = toObject(value);
  return { name: textOrNull(name), email: text(email) };
}

function attachment(value: unknown): CatalogAttachment {
  const { name, type, size, sha256, is_inline } = toObject(value);
  return {
    name: textOrNull(name),
    type: text(type),
    size: count(size),
    sha256: text(sha256, SHA256) as Sha256,
    is_inline: flag(is_inline),
  };
}

function toObject(value: unknown): Found {
  if (typeof value !== 'object' || value === null) throw new NotAFact();
  return value as Found;
}

function listOf<T>(value: unknown, toEntry: (entry: unknown) => T): T[] {
  if (!Array.isArray(value)) throw new NotAFact();
  return value.map(toEntry);
}

function textOrNull(value: unknown, form?: RegExp): string | null {
  return value === null ? null : text(value, form);
}

/** As the one who made it had to cut it. */
function text(value: unknown, form?: RegExp): string {
  if (typeof value !== 'string' || form?.test(value) === false) throw new NotAFact();
  if (new RowCutter().text(value) !== value) throw new NotAFact();
  return value;
}

function count(value: unknown): number {
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw new NotAFact();
  return Number(value);
}

function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new NotAFact();
  return value;
}
