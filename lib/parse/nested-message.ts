// A message within a message, described while its octets pass: its header, its parts, the messages in it, to a bounded depth.
// Nothing of it is stored from here: it is an attachment, whole, already.

import { createHash, type Hash } from 'node:crypto';
import type { NestedMessageDocument, NestedPartDocument } from '../core/message/document.ts';
import { HeaderDateScanner } from '../core/message/header-date-scanner.ts';
import { previewOf } from '../core/message/preview.ts';
import { ProblemList } from '../core/message/problems.ts';
import type { Sha256 } from '../core/record.ts';
import { failureOf } from './failure.ts';
import { MAX_MESSAGE_DEPTH, MAX_NESTED_BODY_OCTETS } from './limits.ts';
import { MessageBodies } from './message-bodies.ts';
import { messageFacts } from './message-facts.ts';
import { MimeSplitter, type LeafPart, type SplitEvent } from './mime-splitter.ts';
import type { PartBudget } from './part-budget.ts';
import { doubtOf, kindOf, roleOf } from './part-kind.ts';
import { transferDecoderFor, type TransferDecoder } from './transfer-decoder.ts';

export interface NestedPlace {
  /** How many messages it stands in. */
  readonly depth: number;
  /** Shared with all others that stand in the same message. */
  readonly budget: PartBudget;
}

/** `push` its decoded octets, then `end`. Never fails: a limit it goes beyond ends the description and is named in it. */
export class NestedMessage {
  readonly #place: NestedPlace;
  readonly #problems = new ProblemList();
  readonly #scanner = new HeaderDateScanner();
  readonly #splitter: MimeSplitter;
  readonly #bodies: MessageBodies;
  readonly #parts: NestedPartDocument[] = [];
  #open: OpenPart | undefined;
  #isEnded = false;

  constructor(place: NestedPlace) {
    this.#place = place;
    const note = this.#problems.note.bind(this.#problems);
    this.#splitter = new MimeSplitter(note, place.budget);
    this.#bodies = new MessageBodies(note, MAX_NESTED_BODY_OCTETS);
  }

  /** Whether a part is a message that shall be described. */
  static describe(part: LeafPart, place: NestedPlace, note: ProblemList['note']): NestedMessage | undefined {
    if (kindOf(part.header) !== 'message') return undefined;
    if (place.depth <= MAX_MESSAGE_DEPTH) return new NestedMessage(place);
    note('nesting-too-deep');
    return undefined;
  }

  push(octets: Uint8Array): void {
    if (this.#isEnded) return;
    this.#scanner.push(octets);
    this.#take(() => this.#splitter.push(octets));
  }

  end(): NestedMessageDocument {
    if (!this.#isEnded) this.#take(() => this.#splitter.end());
    const note = this.#problems.note.bind(this.#problems);
    const fields = this.#splitter.rootHeader?.fields ?? [];
    const facts = messageFacts(fields, this.#scanner.end(), note);
    return {
      ...facts,
      preview: previewOf(this.#bodies.text, this.#bodies.html),
      parts: this.#parts,
      headers: fields.map(({ name, value }) => ({ name, value })),
      problems: this.#problems.toArray(),
    };
  }

  #take(split: () => readonly SplitEvent[]): void {
    try {
      for (const event of split()) this.#takeEvent(event);
    } catch (error) {
      this.#problems.note(failureOf(error));
      this.#isEnded = true;
    }
  }

  #takeEvent(event: SplitEvent): void {
    if (event.kind === 'leaf') {
      const note = this.#problems.note.bind(this.#problems);
      this.#open = new OpenPart(event.part, this.#place, note);
      if (roleOf(event.part.header) !== 'attachment') this.#bodies.start(event.part);
    } else if (event.kind === 'octets') {
      this.#open?.push(event.octets);
      this.#bodies.push(event.octets);
    } else {
      this.#bodies.end();
      if (this.#open !== undefined) this.#parts.push(this.#open.end(event.end));
      this.#open = undefined;
    }
  }
}

class OpenPart {
  readonly #part: LeafPart;
  readonly #decoder: TransferDecoder;
  readonly #hash: Hash = createHash('sha256');
  readonly #message: NestedMessage | undefined;
  #sizeOctets = 0;

  constructor(part: LeafPart, { depth, budget }: NestedPlace, note: ProblemList['note']) {
    this.#part = part;
    this.#decoder = transferDecoderFor(part.header.encoding, note);
    this.#message = NestedMessage.describe(part, { depth: depth + 1, budget }, note);
    const doubt = doubtOf(part.header);
    if (doubt !== undefined) note(doubt);
  }

  push(octets: Uint8Array): void {
    this.#take(this.#decoder.push(octets));
  }

  end(endOctet: number): NestedPartDocument {
    this.#take(this.#decoder.end());
    const { partId, header, start } = this.#part;
    return {
      partId,
      role: roleOf(header),
      kind: kindOf(header),
      name: header.name,
      type: header.type,
      charset: header.charset,
      encoding: header.encoding,
      disposition: header.disposition,
      cid: header.cid,
      start,
      end: endOctet,
      size: this.#sizeOctets,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a hexadecimal SHA-256 is what the brand means
      sha256: this.#hash.digest('hex') as Sha256,
      message: this.#message?.end() ?? null,
    };
  }

  #take(octets: Uint8Array): void {
    this.#hash.update(octets);
    this.#sizeOctets += octets.length;
    this.#message?.push(octets);
  }
}
