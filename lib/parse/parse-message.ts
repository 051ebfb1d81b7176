// MIME to document: mailparser takes the message apart, everything a header says is read here from its raw line.
// A pure function of octets and ingest facts: no clock, no random, no file. Runs only where no credentials are.

import { MailParser, type MailParserOptions } from 'mailparser';
import type { IngestFacts, MessageDocument } from '../core/message/document.ts';
import { HeaderDateScanner, type HeaderDates } from '../core/message/header-date-scanner.ts';
import { parseMessageIds } from '../core/message/message-ids.ts';
import { previewOf } from '../core/message/preview.ts';
import { ProblemList } from '../core/message/problems.ts';
import { parseAddresses } from './addresses.ts';
import { storeAttachment, type AttachmentSink } from './attachments.ts';
import { drained } from './drained.ts';
import { ingestOf } from './failed-document.ts';
import { fieldsNamed, parseHeaderFields, type HeaderField } from './header-fields.ts';
import { MAX_MIME_PARTS, MAX_PART_HEADER_OCTETS } from './limits.ts';
import { readBodies } from './mime-tree.ts';

const OPTIONS: MailParserOptions = {
  // Only what the message holds: nothing converted, linked, merged or replaced.
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipImageLinks: true,
  skipTextLinks: true,
  keepDeliveryStatus: true,
  ignoreEmbedded: true,
  checksumAlgo: false,
  maxHeadSize: MAX_PART_HEADER_OCTETS,
  maxChildNodes: MAX_MIME_PARTS,
};

/**
 * Reads `raw` once, as fast as `sink` takes the attachments, and holds no more of it than the bodies.
 * Whatever octets a message has, there is a document, or an error that `failureOf` names.
 * An error of `raw` or `sink` is thrown on.
 */
export async function parseMessage(
  raw: AsyncIterable<Uint8Array>,
  ingest: IngestFacts,
  sink: AttachmentSink,
): Promise<MessageDocument> {
  const problems = new ProblemList();
  const parser = new MailParser(OPTIONS);
  const feeding = feed(parser, raw);
  // Its failure also destroys the parser and is thrown there first; here it must only not count as unhandled.
  feeding.catch(() => undefined);
  const attachments = [];
  try {
    for await (const part of partsOf(parser)) {
      if (part.type === 'attachment') attachments.push(await storeAttachment(part, ingest.account, sink));
    }
  } finally {
    // The loop destroys the parser when it is left, which ends the feeding too.
    await feeding.catch(() => undefined);
  }
  const { dates, sizeOctets } = await feeding;
  if (sizeOctets === 0) problems.note('message-empty');
  const note = problems.note.bind(problems);
  const lines = parser.headerLines === false ? [] : parser.headerLines.map(({ line }) => line);
  const fields = parseHeaderFields(lines, note);
  const bodies = readBodies(parser, note);
  const facts = headerFacts(fields, dates, problems);
  return {
    schemaVersion: 1,
    ...facts,
    preview: previewOf(bodies.text, bodies.html),
    ...bodies,
    attachments,
    headers: fields.map(({ name, value }) => ({ name, value })),
    ingest: ingestOf(ingest),
    problems: problems.toArray(),
  };
}

type PartOfMessage = NonNullable<ReturnType<MailParser['read']>>;

/**
 * What the parser finds, in order. When it fails, the attachment it is in the middle of fails with it: mailparser itself
 * would leave that without an end, and whoever reads it waiting.
 */
async function* partsOf(parser: MailParser): AsyncGenerator<PartOfMessage> {
  let current: PartOfMessage | undefined;
  let failure: Error | undefined;
  parser.on('error', (error: Error) => {
    failure = error;
    if (current?.type === 'attachment') current.content.destroy(error);
  });
  for await (const part of parser as AsyncIterable<PartOfMessage>) {
    if (failure !== undefined) throw failure;
    current = part;
    // Whoever reads it hears of its failure; while nobody does yet, it must not count as unhandled.
    if (part.type === 'attachment') part.content.on('error', () => undefined);
    yield part;
  }
}

/** Writes all of `raw` into the parser, waiting when it has enough, and dates the message on the way. */
async function feed(
  parser: MailParser,
  raw: AsyncIterable<Uint8Array>,
): Promise<{ dates: HeaderDates; sizeOctets: number }> {
  const scanner = new HeaderDateScanner();
  let sizeOctets = 0;
  try {
    for await (const chunk of raw) {
      scanner.push(chunk);
      sizeOctets += chunk.length;
      if (parser.destroyed) break;
      if (!parser.write(chunk)) await drained(parser);
    }
    if (!parser.destroyed) parser.end();
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
  return { dates: scanner.end(), sizeOctets };
}

type HeaderFacts = Pick<
  MessageDocument,
  | 'messageId'
  | 'inReplyTo'
  | 'references'
  | 'from'
  | 'to'
  | 'cc'
  | 'bcc'
  | 'replyTo'
  | 'sender'
  | 'subject'
  | 'sentAt'
  | 'receivedAt'
>;

/** The key order here is the order in the JSON. */
function headerFacts(fields: readonly HeaderField[], dates: HeaderDates, problems: ProblemList): HeaderFacts {
  const note = problems.note.bind(problems);
  const first = (name: string): HeaderField | undefined => fieldsNamed(fields, name)[0];
  const ids = (name: string): string[] => parseMessageIds(first(name)?.value ?? '');
  const firstAddresses = (name: string): HeaderFacts['from'] =>
    parseAddresses(fieldsNamed(fields, name).slice(0, 1), note);
  const allAddresses = (name: string): HeaderFacts['from'] => parseAddresses(fieldsNamed(fields, name), note);
  if (first('from') === undefined) note('from-missing');
  if (!dates.hasDate) note('date-missing');
  else if (dates.sentAt === null) note('date-unparsable');
  return {
    messageId: ids('message-id'),
    inReplyTo: ids('in-reply-to'),
    references: ids('references'),
    from: firstAddresses('from'),
    to: allAddresses('to'),
    cc: allAddresses('cc'),
    bcc: allAddresses('bcc'),
    replyTo: firstAddresses('reply-to'),
    sender: firstAddresses('sender'),
    subject: first('subject')?.value ?? null,
    sentAt: dates.sentAt?.toISOString() ?? null,
    receivedAt: dates.receivedAt?.toISOString() ?? null,
  };
}
