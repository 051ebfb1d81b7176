// Where the next delimiter line stands in a piece of content (RFC 2046 section 5.1.1), or up to where there can be none.
// Looks at lines that begin with two hyphens only, and at each of them once.

import { MAX_DELIMITER_OCTETS } from './limits.ts';
import type { DelimiterLine, OpenMultiparts } from './open-multiparts.ts';

const LF = 0x0a;
const CR = 0x0d;
const HYPHEN = 0x2d;
const DELIMITER_START = Buffer.from('\n--');

export interface Scan {
  /** Before the line end that belongs to the delimiter; without one, before what may still become part of one. */
  readonly contentEnd: number;
  readonly found:
    | { readonly line: DelimiterLine; /** Where the line behind it starts. */ readonly next: number }
    | undefined;
}

interface Place {
  /** Of the content in the buffer. */
  readonly start: number;
  /** It starts at the start of a line. */
  readonly isLineStart: boolean;
  /** Nothing comes behind the buffer. */
  readonly isLast: boolean;
}

export function scanForDelimiter(buffer: Buffer, place: Place, multiparts: OpenMultiparts): Scan {
  const { start, isLast } = place;
  let candidate =
    place.isLineStart && mayStartDelimiter(buffer, start) ? start : nextCandidate(buffer, start);
  for (; candidate !== -1; candidate = nextCandidate(buffer, candidate)) {
    const lineEnd = buffer.indexOf(LF, candidate);
    const end = lineEnd === -1 ? buffer.length : lineEnd;
    if (end - candidate > MAX_DELIMITER_OCTETS) continue;
    const contentEnd = lineEndBefore(buffer, candidate, start);
    if (lineEnd === -1 && !isLast) return { contentEnd, found: undefined };
    const line = multiparts.find(buffer.toString('latin1', candidate, end));
    if (line !== undefined) return { contentEnd, found: { line, next: lineEnd === -1 ? end : lineEnd + 1 } };
  }
  return { contentEnd: isLast ? buffer.length : safeEnd(buffer, start), found: undefined };
}

function nextCandidate(buffer: Buffer, from: number): number {
  const found = buffer.indexOf(DELIMITER_START, from);
  return found === -1 ? -1 : found + 1;
}

/** With the second hyphen still to come, perhaps. */
function mayStartDelimiter(buffer: Buffer, start: number): boolean {
  return buffer[start] === HYPHEN && (buffer[start + 1] ?? HYPHEN) === HYPHEN;
}

function lineEndBefore(buffer: Buffer, delimiterStart: number, contentStart: number): number {
  let end = delimiterStart;
  if (end > contentStart && buffer[end - 1] === LF) end -= 1;
  if (end > contentStart && buffer[end - 1] === CR) end -= 1;
  return end;
}

/** Before a tail that may turn out to be the start of a delimiter. */
function safeEnd(buffer: Buffer, start: number): number {
  let end = buffer.length;
  if (end - 1 > start && buffer[end - 1] === HYPHEN && buffer[end - 2] === LF) end -= 1;
  if (end > start && buffer[end - 1] === CR) return end - 1;
  return buffer[end - 1] === LF ? lineEndBefore(buffer, end, start) : end;
}
