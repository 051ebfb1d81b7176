// A row of lib/core/catalog/catalog-row.ts as a zod schema, for tests and for the JSON Schema that readers get. Strict here; what is
// published is not: rows may get more columns.

import { z } from 'zod';
import { ACCOUNT_ID_PATTERN } from '../core/account.ts';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import type { ArchiveDate, Sha256 } from '../core/record.ts';

/** A type without its brands. */
type Plain<T> = T extends Sha256 | ArchiveDate
  ? string
  : T extends object
    ? { [Key in keyof T]: Plain<T[Key]> }
    : T;

const ID = ACCOUNT_ID_PATTERN.source.slice(1, -1);
const HASH = '[0-9a-f]{64}';
const DAY = String.raw`\d{4}-\d\d-\d\d`;

const nullableText = z.union([z.string(), z.null()]);
const octets = z.int().nonnegative();
const sha256 = z.string().regex(new RegExp(`^${HASH}$`));
const moment = z.union([z.iso.datetime(), z.null()]);
const addresses = z.array(z.strictObject({ name: nullableText, email: z.string() })).readonly();
const texts = z.array(z.string()).readonly();

const attachment = z.strictObject({
  name: nullableText.describe('as the message gives it: data, never a path'),
  type: z.string().describe('media type, lower case'),
  size: octets.describe('octets after decoding'),
  sha256: sha256.describe('of the decoded octets: attachments/account=<id>/<sha256>'),
  is_inline: z.boolean(),
});

export const catalogRowSchema = z.strictObject({
  sha256: sha256.describe('of the raw message; with the account, what the row is of'),
  size: octets.describe('octets of the raw message'),
  raw_key: z.string().regex(new RegExp(`^raw/account=${ID}/dt=${DAY}/${HASH}[.]eml$`)),
  parsed_key: z.string().regex(new RegExp(`^parsed/v1/account=${ID}/dt=${DAY}/${HASH}[.]json$`)),
  archive_dt: z
    .string()
    .regex(new RegExp(`^${DAY}$`))
    .describe('the day in the keys'),
  run_id: z.string(),
  fetched_at: z.string().describe('ISO 8601, UTC'),
  message_id: nullableText.describe('the first, without angle brackets'),
  edrm_mih: z
    .union([z.string().regex(/^[0-9A-F]{32}$/), z.null()])
    .describe('EDRM Message Identification Hash: MD5 of the Message-ID in its angle brackets'),
  in_reply_to: nullableText.describe('the first, without angle brackets'),
  reference_ids: texts,
  from_addresses: addresses,
  to_addresses: addresses,
  cc_addresses: addresses,
  bcc_addresses: addresses,
  reply_to_addresses: addresses,
  subject: nullableText,
  sent_at: moment.describe('the Date header in UTC'),
  received_at: moment.describe('the date of the topmost Received header in UTC'),
  attachment_count: octets.describe('of all, also those cut off'),
  attachment_size: octets.describe('octets of all'),
  attachments: z.array(attachment).readonly(),
  preview: z.string(),
  problems: texts.describe('as in the document'),
  is_cut: z.boolean().describe('something was too long for a row: all of it is in the document'),
  parser_version: z.string().describe('of two rows of a message the higher number before the + counts'),
});

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

// Fails to compile when a row has a column more or less than its schema, or of another type.
true satisfies Same<z.infer<typeof catalogRowSchema>, Plain<CatalogRow>>;
