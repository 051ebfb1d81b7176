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

/** `stream`: an unfinished last character is left out, and is no error. */
interface CutOptions {
  readonly stream: boolean;
}

interface BodyOptions {
  /** More followed, which is not there: the last character may be half a one, and no fault of the sender. */
  readonly isCut?: boolean;
}

/** Line ends become LF; a byte order mark is dropped. @param declared the charset that the part names, if any */
export function decodeBodyText(
  octets: Buffer,
  declared: string | null,
  note: Note,
  { isCut = false }: BodyOptions = {},
): string {
  const charset = (declared ?? '').trim().toLowerCase();
  return decodeOctets(octets, charset, note, { stream: isCut }).replaceAll('\r\n', '\n');
}

function decodeOctets(octets: Buffer, declared: string, note: Note, options: CutOptions): string {
  const marked = BYTE_ORDER_MARKS.find(([mark]) => octets.subarray(0, mark.length).equals(mark));
  if (marked !== undefined) return new TextDecoder(marked[1]).decode(octets, options);
  if (NO_CHARSETS.has(declared)) return decodeUndeclared(octets, note, options);
  if (isUtf7(declared)) return decodeUtf7(octets.toString('latin1'));
  const charset = ALIASES.get(declared) ?? declared;
  const strict = strictDecoderFor(charset);
  if (strict === undefined) {
    if (isCharsetOfIconv(charset)) return iconv.decode(octets, charset);
    note('charset-unknown');
    return decodeUndeclared(octets, note, options);
  }
  try {
    return strict.decode(octets, options);
  } catch {
    note('charset-wrong');
    return decodeWrong(octets, charset, options);
  }
}

function decodeUndeclared(octets: Buffer, note: Note, options: CutOptions): string {
  const text = decodeUtf8(octets, options);
  if (text !== undefined) return text;
  note('charset-guessed');
  return new TextDecoder('windows-1252').decode(octets);
}

/** Octets that are not what is declared: a broken character or two, or another charset altogether. */
function decodeWrong(octets: Buffer, charset: string, options: CutOptions): string {
  const utf8 = decodeUtf8(octets, options);
  if (utf8 !== undefined) return utf8;
  const lenient = new TextDecoder(charset).decode(octets, options);
  const broken = lenient.match(/\ufffd/g)?.length ?? 0;
  const good = lenient.match(/[^\0-\u007f\ufffd]/gu)?.length ?? 0;
  return good >= broken || charset !== 'utf-8' ? lenient : new TextDecoder('windows-1252').decode(octets);
}

function decodeUtf8(octets: Uint8Array, options: CutOptions): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets, options);
  } catch {
    return undefined;
  }
}

function strictDecoderFor(charset: string): InstanceType<typeof TextDecoder> | undefined {
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
