// The parsed document of lib/core/message/document.ts as a zod schema, for tests and for the JSON Schema that readers get. Strict
// here, so that nothing comes into a document that is not named. What is published is not: documents may get more members.

import { z } from 'zod';
import { ACCOUNT_ID_PATTERN } from '../core/account.ts';
import type { AccountId } from '../core/account.ts';
import {
  ATTACHMENT_KINDS,
  type MessageDocument,
  type NestedMessageDocument,
} from '../core/message/document.ts';
import type { Sha256 } from '../core/record.ts';

/** A type without its brands. */
type Plain<T> = T extends AccountId | Sha256
  ? string
  : T extends object
    ? { [Key in keyof T]: Plain<T[Key]> }
    : T;

const ID = ACCOUNT_ID_PATTERN.source.slice(1, -1);
const HASH = '[0-9a-f]{64}';

const nullableText = z.union([z.string(), z.null()]);
const octets = z.int().nonnegative();
const sha256 = z.string().regex(new RegExp(`^${HASH}$`));
/** Years of mail go from 0001 to 9999. */
const moment = z.union([z.iso.datetime(), z.null()]);
const problems = z
  .array(z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)+$/))
  .readonly()
  .describe('every tolerance applied and every doubt, by name; empty for a clean message');

const address = z.strictObject({
  name: nullableText.describe('decoded; null if there is none'),
  email: z.string().describe('as written; empty for an entry that has a name only'),
});
const addresses = z.array(address).readonly();
const ids = z.array(z.string().min(1)).readonly().describe('without angle brackets');
const headers = z
  .array(z.strictObject({ name: z.string().min(1), value: z.string() }))
  .readonly()
  .describe('in order, repeated ones kept, unfolded, decoded');

const facts = {
  messageId: ids,
  inReplyTo: ids,
  references: ids,
  from: addresses.describe('of all From headers'),
  to: addresses,
  cc: addresses,
  bcc: addresses,
  replyTo: addresses,
  sender: addresses,
  subject: nullableText,
  sentAt: moment.describe('the Date header in UTC; null if it is missing or no date'),
  receivedAt: moment.describe('the date of the topmost Received header in UTC'),
};

const partId = nullableText.describe('as IMAP numbers parts, "2.1"; null if the whole message is this part');
const type = z.string().describe('media type, lower case');
const kind = z
  .union([z.enum(ATTACHMENT_KINDS), z.null()])
  .describe('what it is, where its type says more than that it is a file');
const name = nullableText.describe('file name as the message gives it: data, never a path');

const part = {
  partId,
  role: z.enum(['text', 'html', 'attachment']).describe('what became of it'),
  type,
  charset: nullableText,
  encoding: z.string().describe('transfer encoding, lower case'),
  start: octets.describe('its content, still encoded, starts at this octet of the message'),
  end: octets.describe('and ends before this one'),
};

const nestedPart = z
  .strictObject({
    ...part,
    kind,
    name,
    disposition: nullableText,
    cid: nullableText,
    size: octets.describe('octets after decoding'),
    sha256: sha256.describe('of the decoded octets'),
    get message() {
      return z.union([nestedMessage, z.null()]);
    },
  })
  .meta({ id: 'nestedPart' });

// Its type is stated because it is one of itself.
const nestedMessage: z.ZodType<Plain<NestedMessageDocument>> = z
  .strictObject({
    ...facts,
    preview: z.string(),
    get parts() {
      return z.array(nestedPart).readonly();
    },
    headers,
    problems,
  })
  .meta({ id: 'nestedMessage', description: 'what is in a message that is an attachment' });

const storedKey = z
  .string()
  .regex(new RegExp(`^attachments/account=${ID}/${HASH}$`))
  .describe('where the decoded octets are');

const attachment = z
  .strictObject({
    partId,
    name,
    type,
    charset: nullableText,
    disposition: nullableText,
    cid: nullableText.describe('Content-ID without angle brackets'),
    size: octets.describe('octets after decoding'),
    sha256: sha256.describe('of the decoded octets'),
    key: storedKey,
    isInline: z.boolean().describe('shown inside the HTML rather than offered for saving'),
    kind,
    message: z.union([nestedMessage, z.null()]),
  })
  .describe('a leaf part that is not a body, nested messages too');

const embedded = z
  .strictObject({
    partId: partId.describe('of the body it stands in'),
    encoding: z.literal('uuencode'),
    name,
    size: octets.describe('octets after decoding'),
    sha256: sha256.describe('of the decoded octets'),
    key: storedKey,
  })
  .describe('a file that stands encoded within a text body, which has it too');

const ingest = z
  .strictObject({
    account: z.string().regex(ACCOUNT_ID_PATTERN),
    uidl: nullableText.describe('empty if the server gave none; null if it is not known any more'),
    sha256: sha256.describe('of the raw message'),
    size: octets.describe('of the raw message'),
    rawKey: z.string().describe('where the raw message is'),
    runId: z.string(),
    fetchedAt: z.string().describe('ISO 8601, UTC'),
    parser: z.strictObject({ name: z.string(), version: z.string() }),
  })
  .describe('facts of the import, not of the mail');

export const messageSchema = z.strictObject({
  schemaVersion: z.literal(1),
  ...facts,
  preview: z.string().max(256).describe('the first words'),
  text: nullableText.describe('the decoded text/plain bodies in order'),
  html: nullableText.describe('the decoded text/html bodies in order'),
  attachments: z.array(attachment).readonly(),
  embedded: z.array(embedded).readonly(),
  parts: z
    .array(z.strictObject(part))
    .readonly()
    .describe('every leaf part in order, bodies and attachments'),
  headers,
  ingest,
  problems,
});

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

// Fails to compile when a document has a member more or less than its schema, or of another type.
true satisfies Same<z.infer<typeof messageSchema>, Plain<MessageDocument>>;
