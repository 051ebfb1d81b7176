// The octets of a text part as characters. Never fails and never drops the part: what is declared is believed where it can be,
// else a byte order mark, else UTF-8 where the octets are valid UTF-8, else windows-1252; every guess is named.

import iconv from 'iconv-lite';
import type { Problem } from '../core/message/problems.ts';
import { decodeUtf7, isUtf7 } from '../core/message/utf7.ts';

type Note = (problem: Problem) => void;

/** Names that say nothing, or nothing but that there is nothing beyond ASCII. */
const NO_CHARSETS = new Set([
  '',
  'ascii',
  'us-ascii',
  'ansi_x3.4-1968',
  'iso646-us',
  'unknown',
  'unknown-8bit',
  'x-unknown',
  'default',
  'default_charset',
  'utf8-unknown',
  '7bit',
  '8bit',
  'binary',
]);
/** Names that mail uses and the Encoding Standard, which `TextDecoder` follows, does not list. */
const ALIASES = new Map([
  ['cp932', 'shift_jis'],
  ['cp936', 'gbk'],
  ['cp949', 'euc-kr'],
  ['cp950', 'big5'],
  ['utf', 'utf-8'],
]);
const BYTE_ORDER_MARKS: readonly (readonly [mark: Buffer, charset: string])[] = [
  [Buffer.from('efbbbf', 'hex'), 'utf-8'],
  [Buffer.from('feff', 'hex'), 'utf-16be'],
  [Buffer.from('fffe', 'hex'), 'utf-16le'],
];

/** Line ends become LF; a byte order mark is dropped. @param declared the charset that the part names, if any */
export function decodeBodyText(octets: Buffer, declared: string | null, note: Note): string {
  return decodeOctets(octets, (declared ?? '').trim().toLowerCase(), note).replaceAll('\r\n', '\n');
}

function decodeOctets(octets: Buffer, declared: string, note: Note): string {
  const marked = BYTE_ORDER_MARKS.find(([mark]) => octets.subarray(0, mark.length).equals(mark));
  if (marked !== undefined) return new TextDecoder(marked[1]).decode(octets);
  if (NO_CHARSETS.has(declared)) return decodeUndeclared(octets, note);
  if (isUtf7(declared)) return decodeUtf7(octets.toString('latin1'));
  const charset = ALIASES.get(declared) ?? declared;
  const strict = strictDecoderFor(charset);
  if (strict === undefined) {
    if (isCharsetOfIconv(charset)) return iconv.decode(octets, charset);
    note('charset-unknown');
    return decodeUndeclared(octets, note);
  }
  try {
    return strict.decode(octets);
  } catch {
    note('charset-wrong');
    return decodeWrong(octets, charset);
  }
}

function decodeUndeclared(octets: Buffer, note: Note): string {
  const text = decodeUtf8(octets);
  if (text !== undefined) return text;
  note('charset-guessed');
  return new TextDecoder('windows-1252').decode(octets);
}

/** Octets that are not what is declared: a broken character or two, or another charset altogether. */
function decodeWrong(octets: Buffer, charset: string): string {
  const utf8 = decodeUtf8(octets);
  if (utf8 !== undefined) return utf8;
  const lenient = new TextDecoder(charset).decode(octets);
  const broken = lenient.match(/\ufffd/g)?.length ?? 0;
  const good = lenient.match(/[^\0-\u007f\ufffd]/gu)?.length ?? 0;
  return good >= broken || charset !== 'utf-8' ? lenient : new TextDecoder('windows-1252').decode(octets);
}

function decodeUtf8(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    return undefined;
  }
}

function strictDecoderFor(charset: string): { decode: (octets: Uint8Array) => string } | undefined {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch {
    return undefined;
  }
}

/** Transfer encodings are no charsets, although iconv-lite has them among its own. */
function isCharsetOfIconv(charset: string): boolean {
  return !['base64', 'hex'].includes(charset) && iconv.encodingExists(charset);
}
