// A message's header block as fields: in order, repeated ones kept, unfolded, in characters.

import type { Problem } from '../core/message/problems.ts';
import { decodeHeaderOctets, decodeHeaderText } from '../core/message/encoded-words.ts';

export interface HeaderField {
  /** As the message spells it. */
  readonly name: string;
  /** The name in lower case. */
  readonly key: string;
  /** Unfolded, one character an octet. */
  readonly octets: string;
  /** Unfolded, octets decoded, encoded words still encoded: what structured headers are parsed from. */
  readonly encoded: string;
  /** The same with its encoded words decoded. */
  readonly value: string;
}

/** RFC 5322 section 3.6: at most once each. From has a problem of its own. */
const SINGLE_HEADERS = new Set([
  'date',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'message-id',
  'in-reply-to',
  'references',
  'subject',
]);

/** ASCII. */
const PLAIN = /^[\0-\x7f]*$/;

/** @param lines raw header lines, folded, one character an octet */
export function parseHeaderFields(lines: readonly string[], note: (problem: Problem) => void): HeaderField[] {
  // A message may start with the empty line that ends its header block.
  const present = lines.filter((line) => line !== '');
  const fields = present.flatMap((line) => {
    const field = parseHeaderField(line, note);
    if (field === undefined) note('header-malformed');
    return field ?? [];
  });
  noteRepetition(fields, note);
  return fields;
}

/** Every field of that name, in order. @param name lower case */
export function fieldsNamed(fields: readonly HeaderField[], name: string): HeaderField[] {
  return fields.filter(({ key }) => key === name);
}

function parseHeaderField(line: string, note: (problem: Problem) => void): HeaderField | undefined {
  const colon = line.indexOf(':');
  const name = trimWhiteSpace(line.slice(0, Math.max(colon, 0)));
  // RFC 5322 section 2.2: printable ASCII without the colon. Anything else would make names that look like others.
  if (!/^[!-~]+$/.test(name)) return undefined;
  const octets = trimWhiteSpace(line.slice(colon + 1).replaceAll(/\r?\n(?=[ \t])/g, ''));
  const key = name.toLowerCase();
  // Nearly every field: nothing in it has to be decoded.
  if (PLAIN.test(octets) && !octets.includes('=?'))
    return { name, key, octets, encoded: octets, value: octets };
  const [encoded, value] = [decodeHeaderOctets(octets, note), decodeHeaderText(octets, note)];
  return { name, key, octets, encoded, value };
}

/** Not `trim`: that takes U+00A0 too, which here is an octet, the last of `à` in UTF-8 for one. */
function trimWhiteSpace(octets: string): string {
  const isWhiteSpace = (index: number): boolean => ' \t\r\n'.includes(octets[index] ?? 'x');
  let start = 0;
  let end = octets.length;
  while (start < end && isWhiteSpace(start)) start += 1;
  while (end > start && isWhiteSpace(end - 1)) end -= 1;
  return octets.slice(start, end);
}

function noteRepetition(fields: readonly HeaderField[], note: (problem: Problem) => void): void {
  const seen = new Set<string>();
  for (const { key } of fields) {
    if (seen.has(key) && SINGLE_HEADERS.has(key)) note('header-repeated');
    if (seen.has(key) && key === 'from') note('from-repeated');
    seen.add(key);
  }
}
