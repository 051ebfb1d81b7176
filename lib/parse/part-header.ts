// What the header of one MIME part says of its content. Believes nothing: what is missing or broken has its default by RFC 2045.

import libmime from 'libmime';
import { decodeHeaderText } from '../core/message/encoded-words.ts';
import type { Problem } from '../core/message/problems.ts';
import { fieldsNamed, parseHeaderFields, type HeaderField } from './header-fields.ts';

export interface PartHeader {
  readonly fields: readonly HeaderField[];
  /** Lower case, as declared, else the default of the place where the part stands. */
  readonly type: string;
  readonly charset: string | null;
  /** One character an octet. */
  readonly boundary: string | null;
  /** Lower case, without comments. */
  readonly encoding: string;
  /** Lower case. */
  readonly disposition: string | null;
  /** Decoded; as the message gives it: data, never a path. */
  readonly name: string | null;
  readonly cid: string | null;
  /** RFC 3676: lines that end in a space go on in the next one. */
  readonly isFlowed: boolean;
  readonly deletesSpaces: boolean;
}

/** Of octets whose header nobody reads. */
export const OPAQUE_HEADER: PartHeader = {
  fields: [],
  type: 'application/octet-stream',
  charset: null,
  boundary: null,
  encoding: 'binary',
  disposition: null,
  name: null,
  cid: null,
  isFlowed: false,
  deletesSpaces: false,
};

const TYPE = /^[^\s/;,"()]+\/[^\s/;,"()]+$/;

/** @param lines raw header lines, folded, one character an octet @param defaultType of a part that declares none */
export function parsePartHeader(
  lines: readonly string[],
  defaultType: string,
  note: (problem: Problem) => void,
): PartHeader {
  const fields = parseHeaderFields(lines, note);
  const content = parseField(fields, 'content-type');
  const disposition = parseField(fields, 'content-disposition');
  const decode = (octets: string): string | null => decodeHeaderText(octets, note).trim() || null;
  const nameIn = ({ params, decodedParams }: StructuredField, param: string): string | null => {
    const value = params[param] ?? '';
    // RFC 2231 has been undone already: what came out must not be decoded again.
    return decodedParams.includes(param) ? value.trim() || null : decode(value);
  };
  const declared = content.value.trim().toLowerCase();
  const cid = firstOctets(fields, 'content-id')
    .trim()
    .replace(/^<([^<>]*)>?.*$/s, '$1');
  return {
    fields,
    type: typeOf(declared, content.isPresent, defaultType),
    charset: content.params['charset']?.trim() || null,
    boundary: content.params['boundary'] || null,
    encoding: encodingOf(firstOctets(fields, 'content-transfer-encoding')),
    disposition: decode(disposition.value)?.toLowerCase() ?? null,
    name: nameIn(disposition, 'filename') ?? nameIn(content, 'name'),
    cid: cid === '' ? null : cid,
    isFlowed: content.params['format']?.toLowerCase() === 'flowed',
    deletesSpaces: content.params['delsp']?.toLowerCase() === 'yes',
  };
}

interface StructuredField {
  readonly isPresent: boolean;
  readonly value: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  /** Those of `params` that are characters; the others are octets. */
  readonly decodedParams: readonly string[];
}

function parseField(fields: readonly HeaderField[], name: string): StructuredField {
  const field = fieldsNamed(fields, name)[0];
  if (field === undefined) return { isPresent: false, value: '', params: {}, decodedParams: [] };
  const { value, params, decodedParams } = libmime.parseHeaderValue(field.octets, { stripComments: true });
  return { isPresent: true, value, params, decodedParams };
}

/** `text` alone, as mail of the eighties has it, is text/plain (RFC 2045 section 5.2). */
function typeOf(declared: string, isPresent: boolean, defaultType: string): string {
  if (TYPE.test(declared)) return declared;
  if (!isPresent) return defaultType;
  return declared === 'text' ? 'text/plain' : 'application/octet-stream';
}

function encodingOf(octets: string): string {
  const bare = octets
    .replaceAll(/\([^()]*\)/g, ' ')
    .trim()
    .toLowerCase();
  return bare === '' ? '7bit' : bare.replace(/^["']|["']$|[;,].*$/g, '').trim();
}

function firstOctets(fields: readonly HeaderField[], name: string): string {
  return fieldsNamed(fields, name)[0]?.octets ?? '';
}
