// Cuts a message into its leaf parts (RFC 2046 section 5.1) by scanning octets for delimiter lines, a chunk at a time.
// It decodes nothing, holds at most one line of content, and leaves no octet of a part out.

import type { Problem } from '../core/message/problems.ts';
import { MessageLimitError } from './failure.ts';
import { MAX_DELIMITER_OCTETS, MAX_MIME_DEPTH, MAX_MIME_PARTS, MAX_PART_HEADER_OCTETS } from './limits.ts';
import { OpenMultiparts, type DelimiterLine } from './open-multiparts.ts';
import { parsePartHeader, type PartHeader } from './part-header.ts';

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
const HYPHEN = 0x2d;
const DELIMITER_START = Buffer.from('\n--');

/** `push` chunks cut anywhere, then `end`; the events are the same however they are cut, but for the size of `octets`. */
export class MimeSplitter {
  readonly #note: (problem: Problem) => void;
  #state: 'header' | 'leaf' | 'gap' = 'header';
  #buffer: Buffer = Buffer.alloc(0);
  /** Of the message, before the buffer. */
  #passedOctets = 0;
  #position = 0;
  #isLineStart = true;
  #lines: string[] = [];
  #headerOctets = 0;
  #partCount = 0;
  readonly #multiparts: OpenMultiparts;
  #events: SplitEvent[] = [];
  #rootHeader: PartHeader | undefined;

  constructor(note: (problem: Problem) => void) {
    this.#note = note;
    this.#multiparts = new OpenMultiparts(note);
  }

  /** Of the message itself, once it is complete. */
  get rootHeader(): PartHeader | undefined {
    return this.#rootHeader;
  }

  /** The result shares memory with `chunk`. @throws MessageLimitError */
  push(chunk: Uint8Array): readonly SplitEvent[] {
    const rest = this.#buffer.subarray(this.#position);
    this.#passedOctets += this.#position;
    this.#position = 0;
    this.#buffer =
      rest.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([rest, chunk]);
    return this.#run(false);
  }

  /** @throws MessageLimitError */
  end(): readonly SplitEvent[] {
    this.#run(true);
    if (this.#state === 'header') this.#endHeader(this.#buffer.length);
    this.#endLeaf(this.#buffer.length);
    this.#multiparts.close(0);
    return this.#takeEvents();
  }

  #run(isLast: boolean): readonly SplitEvent[] {
    while (this.#position < this.#buffer.length) {
      const goesOn = this.#state === 'header' ? this.#readHeaderLine(isLast) : this.#readContent(isLast);
      if (!goesOn) break;
    }
    return isLast ? [] : this.#takeEvents();
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
    if (this.#headerOctets + end - start > MAX_PART_HEADER_OCTETS)
      throw new MessageLimitError('header-too-large');
    if (found === -1 && !isLast) return false;
    this.#position = found === -1 ? end : found + 1;
    const line = this.#buffer.toString(
      'latin1',
      start,
      this.#buffer[end - 1] === CR && end > start ? end - 1 : end,
    );
    const delimiter = line.startsWith('--') ? this.#multiparts.find(line) : undefined;
    if (line === '' || delimiter !== undefined) {
      this.#endHeader(delimiter === undefined ? this.#position : start);
      if (delimiter !== undefined) this.#takeDelimiter(delimiter, start);
      return true;
    }
    this.#headerOctets += end - start;
    const last = this.#lines.length - 1;
    if (last >= 0 && (line.startsWith(' ') || line.startsWith('\t'))) this.#lines[last] += `\r\n${line}`;
    else if (last === -1 && this.#rootHeader === undefined && /^>?From /.test(line)) this.#note('mbox-line');
    else this.#lines.push(line);
    return true;
  }

  /** @param contentStart where in the buffer its content starts */
  #endHeader(contentStart: number): void {
    const parent = this.#multiparts.innermost;
    const defaultType = parent?.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
    const header = parsePartHeader(this.#lines, defaultType, this.#note);
    this.#rootHeader ??= header;
    this.#lines = [];
    this.#headerOctets = 0;
    this.#isLineStart = true;
    const partId =
      parent === undefined ? null : `${parent.partId === null ? '' : `${parent.partId}.`}${parent.partCount}`;
    if (header.type.startsWith('multipart/') && this.#openLevel(header, partId)) return;
    this.#state = 'leaf';
    const start = this.#passedOctets + contentStart;
    this.#events.push({ kind: 'leaf', part: { partId, header, parentType: parent?.type ?? null, start } });
  }

  /** @returns `false` if it has to be a leaf */
  #openLevel({ type, boundary }: PartHeader, partId: string | null): boolean {
    if (boundary === null) this.#note('boundary-missing');
    else if (this.#multiparts.depth >= MAX_MIME_DEPTH) this.#note('nesting-too-deep');
    else {
      this.#multiparts.open(partId, type, boundary);
      this.#state = 'gap';
      return true;
    }
    return false;
  }

  /** Up to the next delimiter line, or as far as what is there can be no part of one. */
  #readContent(isLast: boolean): boolean {
    const start = this.#position;
    if (this.#multiparts.depth === 0) {
      this.#passContent(start, this.#buffer.length);
      return false;
    }
    let candidate = this.#isLineStart && this.#startsDelimiter(start) ? start : this.#nextCandidate(start);
    for (; candidate !== -1; candidate = this.#nextCandidate(candidate)) {
      const found = this.#buffer.indexOf(LF, candidate);
      const end = found === -1 ? this.#buffer.length : found;
      if (end - candidate > MAX_DELIMITER_OCTETS) continue;
      if (found === -1 && !isLast) {
        this.#passContent(start, this.#lineEndBefore(candidate, start));
        return false;
      }
      const delimiter = this.#multiparts.find(this.#buffer.toString('latin1', candidate, end));
      if (delimiter === undefined) continue;
      const contentEnd = this.#lineEndBefore(candidate, start);
      this.#passContent(start, contentEnd);
      this.#takeDelimiter(delimiter, contentEnd);
      this.#position = found === -1 ? end : found + 1;
      return true;
    }
    this.#passContent(start, isLast ? this.#buffer.length : this.#safeEnd(start));
    return false;
  }

  #nextCandidate(from: number): number {
    const found = this.#buffer.indexOf(DELIMITER_START, from);
    return found === -1 ? -1 : found + 1;
  }

  #startsDelimiter(start: number): boolean {
    return this.#buffer[start] === HYPHEN && (this.#buffer[start + 1] ?? HYPHEN) === HYPHEN;
  }

  /** The line end before a delimiter belongs to it (RFC 2046 section 5.1.1). */
  #lineEndBefore(delimiterStart: number, contentStart: number): number {
    let end = delimiterStart;
    if (end > contentStart && this.#buffer[end - 1] === LF) end -= 1;
    if (end > contentStart && this.#buffer[end - 1] === CR) end -= 1;
    return end;
  }

  /** Before a tail that may turn out to be the start of a delimiter. */
  #safeEnd(start: number): number {
    let end = this.#buffer.length;
    if (end - 1 > start && this.#buffer[end - 1] === HYPHEN && this.#buffer[end - 2] === LF) end -= 1;
    if (end > start && this.#buffer[end - 1] === CR) return end - 1;
    return this.#buffer[end - 1] === LF ? this.#lineEndBefore(end, start) : end;
  }

  #passContent(start: number, end: number): void {
    this.#position = end;
    if (end === start) return;
    this.#isLineStart = false;
    if (this.#state === 'leaf')
      this.#events.push({ kind: 'octets', octets: this.#buffer.subarray(start, end) });
  }

  #takeDelimiter(delimiter: DelimiterLine, contentEnd: number): void {
    this.#endLeaf(contentEnd);
    this.#isLineStart = true;
    if (!this.#multiparts.take(delimiter)) return;
    this.#state = 'header';
    this.#partCount += 1;
    if (this.#partCount > MAX_MIME_PARTS) throw new MessageLimitError('parts-too-many');
  }

  #endLeaf(contentEnd: number): void {
    if (this.#state === 'leaf') this.#events.push({ kind: 'leaf-end', end: this.#passedOctets + contentEnd });
    this.#state = 'gap';
  }
}
