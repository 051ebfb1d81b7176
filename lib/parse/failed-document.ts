// The document of a message that could not be parsed, so that no message is silently without one.

import type { IngestFacts, MessageDocument } from '../core/message/document.ts';
import type { Problem } from '../core/message/problems.ts';
import { PARSER_IDENTITY } from './parser-identity.ts';

/** Empty but for `ingest`; `problems` is `parse-failed` and the reason. */
export function failedDocument(ingest: IngestFacts, problem: Problem): MessageDocument {
  return {
    schemaVersion: 1,
    messageId: [],
    inReplyTo: [],
    references: [],
    from: [],
    to: [],
    cc: [],
    bcc: [],
    replyTo: [],
    sender: [],
    subject: null,
    sentAt: null,
    receivedAt: null,
    preview: '',
    text: null,
    html: null,
    attachments: [],
    embedded: [],
    parts: [],
    headers: [],
    ingest: ingestOf(ingest),
    problems: ['parse-failed', problem],
  };
}

/** The facts in a fixed order of keys, whatever order or extra keys the job had. */
export function ingestOf(ingest: IngestFacts): MessageDocument['ingest'] {
  const { account, uidl, sha256, size, rawKey, runId, fetchedAt } = ingest;
  return { account, uidl, sha256, size, rawKey, runId, fetchedAt, parser: PARSER_IDENTITY };
}
