// Cuts a message into its leaf parts (RFC 2046 section 5.1), a chunk of octets at a time: header block, content, header block.
// It decodes nothing, holds at most one line of content, leaves no octet of a part out, and never fails.

import type { Problem } from '../core/message/problems.ts';
import { scanForDelimiter } from './delimiter-scan.ts';
import { HeaderBlock } from './header-block.ts';
import { MAX_MIME_DEPTH, MAX_PART_HEADER_OCTETS } from './limits.ts';
import { OpenMultiparts, type DelimiterLine } from './open-multiparts.ts';
import type { PartBudget } from './part-budget.ts';
import { OPAQUE_HEADER, parsePartHeader, type PartHeader } from './part-header.ts';

/** A part without parts of its own. */
export interface LeafPart {
  /** As IMAP numbers parts ("2.1"); `null` when the whole message is this part. */
  readonly partId: string | null;
  readonly header: PartHeader;
  /** The type of the multipart it stands in. */
  readonly parentType: string | null;
  /** Where its content starts in the message, in octets. */
  readonly start: number;
}

/** A leaf begins, its octets as they stand in the message, it ends. Multiparts are seen only in the numbers of their parts. */
export type SplitEvent =
  | { readonly kind: 'leaf'; readonly part: LeafPart }
  | { readonly kind: 'octets'; readonly octets: Buffer }
  /** `end`: where its content ended in the message, in octets. */
  | { readonly kind: 'leaf-end'; readonly end: number };

const LF = 0x0a;
const CR = 0x0d;

/** `push` chunks cut anywhere, then `end`; the events are the same however they are cut, but for the size of `octets`. */
export class MimeSplitter {
  readonly #note: (problem: Problem) => void;
  readonly #budget: PartBudget;
  readonly #multiparts: OpenMultiparts;
  /** `rest`: a leaf that ends with the message. */
  #state: 'header' | 'leaf' | 'rest' | 'gap' = 'header';
  #buffer: Buffer = Buffer.alloc(0);
  /** Of the message, before the buffer. */
  #passedOctets = 0;
  #position = 0;
  #isLineStart = true;
  /** Of a header line too long to be held, the start has gone by. */
  #isWithinLine = false;
  #header: HeaderBlock;
  #events: SplitEvent[] = [];
  #rootHeader: PartHeader | undefined;

  constructor(note: (problem: Problem) => void, budget: PartBudget) {
    this.#note = note;
    this.#budget = budget;
    this.#multiparts = new OpenMultiparts(note);
    this.#header = new HeaderBlock(note, true);
  }

  /** Of the message itself, once it is complete. */
  get rootHeader(): PartHeader | undefined {
    return this.#rootHeader;
  }

  /** The result shares memory with `chunk`. */
  push(chunk: Uint8Array): readonly SplitEvent[] {
    const rest = this.#buffer.subarray(this.#position);
    this.#passedOctets += this.#position;
    this.#position = 0;
    this.#buffer =
      rest.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([rest, chunk]);
    this.#run(false);
    return this.#takeEvents();
  }

  end(): readonly SplitEvent[] {
    this.#run(true);
    if (this.#state === 'header') this.#endHeader(this.#buffer.length);
    const isSplit = this.#state !== 'rest';
    this.#endLeaf(this.#buffer.length);
    // Nobody looked whether they are closed in what was left as it is.
    if (isSplit) this.#multiparts.close(0);
    return this.#takeEvents();
  }

  #run(isLast: boolean): void {
    while (this.#position < this.#buffer.length) {
      const goesOn = this.#state === 'header' ? this.#readHeaderLine(isLast) : this.#readContent(isLast);
      if (!goesOn) return;
    }
  }

  #takeEvents(): SplitEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #readHeaderLine(isLast: boolean): boolean {
    const start = this.#position;
    const found = this.#buffer.indexOf(LF, start);
    const end = found === -1 ? this.#buffer.length : found;
    const isTooLong = end - start > MAX_PART_HEADER_OCTETS;
    if (found === -1 && !isLast && !isTooLong && !this.#isWithinLine) return false;
    this.#position = found === -1 ? end : found + 1;
    if (this.#isWithinLine || isTooLong) {
      if (!this.#isWithinLine) this.#header.leaveOut(this.#buffer.toString('latin1', start, start + 1));
      this.#isWithinLine = found === -1;
      return true;
    }
    const hasReturn = end > start && this.#buffer[end - 1] === CR;
    const line = this.#buffer.toString('latin1', start, hasReturn ? end - 1 : end);
    if (line.startsWith('--') && this.#multiparts.find(line) !== undefined) {
      this.#endHeader(start);
      // Looked for again: that header may have opened a multipart with the same boundary.
      const delimiter = this.#multiparts.find(line);
      if (delimiter !== undefined) this.#takeDelimiter(delimiter, start);
    } else if (line === '') this.#endHeader(this.#position);
    else this.#header.add(line);
    return true;
  }

  /** @param contentStart where in the buffer its content starts */
  #endHeader(contentStart: number): void {
    const parent = this.#multiparts.innermost;
    const defaultType = parent?.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
    const header = parsePartHeader(this.#header.lines, defaultType, this.#note);
    this.#rootHeader ??= header;
    this.#isLineStart = true;
    if (header.type.startsWith('multipart/') && this.#openMultipart(header)) return;
    this.#startLeaf('leaf', header, contentStart);
  }

  /** @returns `false` if it has to be a leaf */
  #openMultipart({ type, boundary }: PartHeader): boolean {
    if (boundary === null) this.#note('boundary-missing');
    else if (this.#multiparts.depth >= MAX_MIME_DEPTH) this.#note('nesting-too-deep');
    else {
      this.#multiparts.open(this.#multiparts.partId, type, boundary);
      this.#state = 'gap';
      return true;
    }
    return false;
  }

  #startLeaf(state: 'leaf' | 'rest', header: PartHeader, contentStart: number): void {
    this.#state = state;
    const { partId, innermost } = this.#multiparts;
    const start = this.#passedOctets + contentStart;
    this.#events.push({ kind: 'leaf', part: { partId, header, parentType: innermost?.type ?? null, start } });
  }

  /** Up to the next delimiter line, or as far as what is there can be no part of one. */
  #readContent(isLast: boolean): boolean {
    const start = this.#position;
    if (this.#multiparts.depth === 0 || this.#state === 'rest') {
      this.#passContent(start, this.#buffer.length);
      return false;
    }
    const place = { start, isLineStart: this.#isLineStart, isLast };
    const { contentEnd, found } = scanForDelimiter(this.#buffer, place, this.#multiparts);
    this.#passContent(start, contentEnd);
    if (found === undefined) return false;
    this.#position = found.next;
    this.#takeDelimiter(found.line, contentEnd);
    return true;
  }

  #passContent(start: number, end: number): void {
    this.#position = end;
    if (end === start) return;
    this.#isLineStart = false;
    if (this.#state === 'leaf' || this.#state === 'rest')
      this.#events.push({ kind: 'octets', octets: this.#buffer.subarray(start, end) });
  }

  /** What the position stands behind. @param contentEnd of the part that it ends, in the buffer */
  #takeDelimiter(delimiter: DelimiterLine, contentEnd: number): void {
    this.#endLeaf(contentEnd);
    this.#isLineStart = true;
    if (!this.#multiparts.take(delimiter)) return;
    if (this.#budget.take()) {
      this.#state = 'header';
      this.#header = new HeaderBlock(this.#note, false);
      return;
    }
    this.#note('parts-too-many');
    this.#startLeaf('rest', OPAQUE_HEADER, this.#position);
  }

  #endLeaf(contentEnd: number): void {
    if (this.#state === 'leaf' || this.#state === 'rest')
      this.#events.push({ kind: 'leaf-end', end: this.#passedOctets + contentEnd });
    this.#state = 'gap';
  }
}
