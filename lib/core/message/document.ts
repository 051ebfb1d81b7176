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
}

export interface MessageDocument {
  readonly schemaVersion: 1;
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
  /** The first words of the text, white space folded. */
  readonly preview: string;
  /** The decoded text/plain bodies in order, `null` when there is none. */
  readonly text: string | null;
  /** The decoded text/html bodies in order, `null` when there is none. */
  readonly html: string | null;
  readonly attachments: readonly AttachmentDocument[];
  /** In order, repeated ones kept, unfolded, decoded. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly ingest: IngestFacts & { readonly parser: ParserIdentity };
  /** Every tolerance applied and every doubt, by name (see PROBLEMS in problems.ts); empty for a clean message. */
  readonly problems: readonly string[];
}
