// MIME to document: the message is cut into its parts by octets; headers, addresses and encoded words are read with mailparser and
// the libraries it is made of. A pure function of octets and ingest facts: no clock, no random, no file. Runs only where no
// credentials are.

import type {
  AttachmentDocument,
  EmbeddedFileDocument,
  IngestFacts,
  MessageDocument,
  PartDocument,
} from '../core/message/document.ts';
import { previewOf } from '../core/message/preview.ts';
import { ProblemList } from '../core/message/problems.ts';
import { storeAttachment, storeEmbedded, type AttachmentSink } from './attachments.ts';
import { ingestOf } from './failed-document.ts';
import { MAX_BODY_OCTETS, MAX_MIME_PARTS, MAX_NESTED_PARTS, MAX_UUENCODED_FILES } from './limits.ts';
import { MessageBodies } from './message-bodies.ts';
import { messageFacts } from './message-facts.ts';
import { MimeSplitter, type LeafPart } from './mime-splitter.ts';
import { NestedMessage } from './nested-message.ts';
import { PartBudget } from './part-budget.ts';
import { doubtOf, roleOf } from './part-kind.ts';
import { SplitMessage } from './split-message.ts';
import { transferDecoderFor } from './transfer-decoder.ts';
import { uuencodedFilesIn, type UuencodedFile } from './uuencoded-files.ts';

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
  const note = problems.note.bind(problems);
  const splitter = new MimeSplitter(note, new PartBudget(MAX_MIME_PARTS));
  const message = new SplitMessage(raw, splitter);
  let taken: TakenParts;
  try {
    taken = await takeParts(message, ingest, sink, note);
  } finally {
    await message.close();
  }
  const { attachments, embedded, parts } = taken;
  if (message.sizeOctets === 0) note('message-empty');
  const fields = splitter.rootHeader?.fields ?? [];
  const facts = messageFacts(fields, message.dates, note);
  const { text, html } = taken.bodies;
  return {
    schemaVersion: 1,
    ...facts,
    preview: previewOf(text, html),
    text,
    html,
    attachments,
    embedded,
    parts,
    headers: fields.map(({ name, value }) => ({ name, value })),
    ingest: ingestOf(ingest),
    problems: problems.toArray(),
  };
}

interface TakenParts {
  readonly bodies: MessageBodies;
  readonly attachments: readonly AttachmentDocument[];
  readonly embedded: readonly EmbeddedFileDocument[];
  readonly parts: readonly PartDocument[];
}

async function takeParts(
  message: SplitMessage,
  ingest: IngestFacts,
  sink: AttachmentSink,
  note: ProblemList['note'],
): Promise<TakenParts> {
  const bodies = new MessageBodies(note, MAX_BODY_OCTETS);
  const budget = new PartBudget(MAX_NESTED_PARTS);
  const attachments: AttachmentDocument[] = [];
  const embedded: EmbeddedFileDocument[] = [];
  const parts: PartDocument[] = [];
  for (let event = await message.next(); event !== undefined; event = await message.next()) {
    if (event.kind !== 'leaf') continue;
    const { part } = event;
    const content = new PartContent(message);
    if (roleOf(part.header) === 'attachment') {
      const doubt = doubtOf(part.header);
      if (doubt !== undefined) note(doubt);
      const nested = NestedMessage.describe(part, { depth: 1, budget }, note);
      const decoded = decode(content, part, note);
      attachments.push(await storeAttachment(part, decoded, nested, ingest.account, sink));
    } else {
      bodies.start(part);
      for await (const octets of content.read()) bodies.push(octets);
      const octets = bodies.end();
      const files =
        octets === undefined ? [] : embeddedIn(part, octets, MAX_UUENCODED_FILES - embedded.length, note);
      for (const file of files) embedded.push(await storeEmbedded(part, file, ingest.account, sink));
    }
    parts.push(partDocument(part, await content.skip()));
  }
  if (bodies.isCut) note('body-too-large');
  return { bodies, attachments, embedded, parts };
}

/** Not of HTML: nobody ever sent files so. */
function embeddedIn(
  { header }: LeafPart,
  octets: Buffer,
  maxFiles: number,
  note: ProblemList['note'],
): readonly UuencodedFile[] {
  return header.type === 'text/plain' ? uuencodedFilesIn(octets, maxFiles, note) : [];
}

/** The octets of one part, as they stand in the message. */
class PartContent {
  readonly #message: SplitMessage;
  #end: number | undefined;

  constructor(message: SplitMessage) {
    this.#message = message;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    while (this.#end === undefined) {
      const event = await this.#message.next();
      if (event?.kind === 'octets') yield event.octets;
      else this.#end = event?.kind === 'leaf-end' ? event.end : this.#message.sizeOctets;
    }
  }

  /** Whatever was not read; where the part ended. */
  async skip(): Promise<number> {
    for await (const octets of this.read()) void octets;
    return this.#end ?? this.#message.sizeOctets;
  }
}

async function* decode(
  content: PartContent,
  part: LeafPart,
  note: ProblemList['note'],
): AsyncGenerator<Uint8Array> {
  const decoder = transferDecoderFor(part.header.encoding, note);
  for await (const octets of content.read()) {
    const decoded = decoder.push(octets);
    if (decoded.length > 0) yield decoded;
  }
  const last = decoder.end();
  if (last.length > 0) yield last;
}

function partDocument({ partId, header, start }: LeafPart, end: number): PartDocument {
  const { type, charset, encoding } = header;
  return { partId, role: roleOf(header), type, charset, encoding, start, end };
}
