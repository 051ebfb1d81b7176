// What a parsed message looks like: the JSON written below `parsed/v1/`. JMAP Email names where they fit (RFC 8621 section 4).

import type { AccountId } from '../account.ts';
import type { Sha256 } from '../record.ts';

/** Where a document's message came from: facts of the import, not of the mail. */
export interface IngestFacts {
  readonly account: AccountId;
  /**
   * The UIDL's octets, one character each. Empty where the server gave none; `null` where it gave one that is not known
   * any more: too long for the raw object's metadata (see ingest-metadata.ts).
   */
  readonly uidl: string | null;
  /** Of the raw message. */
  readonly sha256: Sha256;
  /** Octets of the raw message. */
  readonly size: number;
  readonly rawKey: string;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly fetchedAt: string;
}

export interface ParserIdentity {
  readonly name: string;
  readonly version: string;
}

export interface EmailAddress {
  readonly name: string | null;
  /** As written, domain not converted. A bare name has no `@`; an entry with a name only has the empty string. */
  readonly email: string;
}

/** A leaf part that is not a body: an attachment, an inline image, a nested message. */
export interface AttachmentDocument {
  /** The part's number in the MIME tree ("2.1"), or `null` when the whole message is this part. */
  readonly partId: string | null;
  /** As the message gives it: data, never a path. */
  readonly name: string | null;
  readonly type: string;
  readonly charset: string | null;
  readonly disposition: string | null;
  readonly cid: string | null;
  /** Octets after decoding. */
  readonly size: number;
  /** Of the decoded octets. */
  readonly sha256: Sha256;
  /** Where the decoded octets are stored. */
  readonly key: string;
  /** Shown inside the HTML body rather than offered for saving. */
  readonly isInline: boolean;
  /** What it is, where its type says more than that it is a file. */
  readonly kind: AttachmentKind | null;
  /** What is in it, where it is a message, and not nested too deeply. */
  readonly message: NestedMessageDocument | null;
}

/** Every kind, in alphabetical order: readers may meet more in later versions. */
export const ATTACHMENT_KINDS = [
  'calendar',
  'delivery-status',
  'disposition-notification',
  'external-body',
  'feedback-report',
  'message',
  'message-headers',
  'partial-message',
  'pgp-encrypted',
  'pgp-keys',
  'pgp-signature',
  'smime',
  'smime-signature',
  'tnef',
] as const;

export type AttachmentKind = (typeof ATTACHMENT_KINDS)[number];

/** A file that stands encoded within a text body, from before there were attachments. The text has it too, as it stands. */
export interface EmbeddedFileDocument {
  /** Of the body. */
  readonly partId: string | null;
  readonly encoding: 'uuencode';
  /** As the text gives it: data, never a path. */
  readonly name: string | null;
  /** Octets after decoding. */
  readonly size: number;
  /** Of the decoded octets. */
  readonly sha256: Sha256;
  /** Where the decoded octets are stored. */
  readonly key: string;
}

/** A leaf part of the MIME tree, and where its octets are. */
export interface PartDocument {
  readonly partId: string | null;
  /** What became of it. */
  readonly role: 'text' | 'html' | 'attachment';
  readonly type: string;
  readonly charset: string | null;
  /** The transfer encoding, lower case. */
  readonly encoding: string;
  /** Its content, still encoded, is the octets `start` to `end` (exclusive) of the message it is a part of. */
  readonly start: number;
  readonly end: number;
}

/** A leaf part of a message within a message. */
export interface NestedPartDocument extends PartDocument {
  readonly kind: AttachmentKind | null;
  readonly name: string | null;
  readonly disposition: string | null;
  readonly cid: string | null;
  /** Octets after decoding. */
  readonly size: number;
  /** Of the decoded octets. */
  readonly sha256: Sha256;
  readonly message: NestedMessageDocument | null;
}

/** What the header of a message says. */
export interface MessageFacts {
  readonly messageId: readonly string[];
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  readonly from: readonly EmailAddress[];
  readonly to: readonly EmailAddress[];
  readonly cc: readonly EmailAddress[];
  readonly bcc: readonly EmailAddress[];
  readonly replyTo: readonly EmailAddress[];
  readonly sender: readonly EmailAddress[];
  readonly subject: string | null;
  /** The Date header in UTC (ISO 8601), `null` when it is missing or is no date. */
  readonly sentAt: string | null;
  /** The topmost Received header's date in UTC, `null` when there is none. */
  readonly receivedAt: string | null;
}

/** A message that is an attachment: described, and stored as the attachment it is. */
export interface NestedMessageDocument extends MessageFacts {
  readonly preview: string;
  readonly parts: readonly NestedPartDocument[];
  readonly headers: readonly HeaderDocument[];
  readonly problems: readonly string[];
}

export interface HeaderDocument {
  readonly name: string;
  readonly value: string;
}

export interface MessageDocument extends MessageFacts {
  readonly schemaVersion: 1;
  /** The first words of the text, white space folded. */
  readonly preview: string;
  /** The decoded text/plain bodies in order, `null` when there is none. */
  readonly text: string | null;
  /** The decoded text/html bodies in order, `null` when there is none. */
  readonly html: string | null;
  readonly attachments: readonly AttachmentDocument[];
  readonly embedded: readonly EmbeddedFileDocument[];
  /** Every leaf part, in order: bodies and attachments. */
  readonly parts: readonly PartDocument[];
  /** In order, repeated ones kept, unfolded, decoded. */
  readonly headers: readonly HeaderDocument[];
  readonly ingest: IngestFacts & { readonly parser: ParserIdentity };
  /** Every tolerance applied and every doubt, by name (see PROBLEMS in problems.ts); empty for a clean message. */
  readonly problems: readonly string[];
}
