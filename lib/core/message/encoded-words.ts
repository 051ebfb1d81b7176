// Text of header fields: octets and RFC 2047 encoded words become characters.
// Never fails: what cannot be decoded stays readable as it stands, and the caller hears that a guess was made.

import { decodeUtf7, isUtf7 } from './utf7.ts';

/** Called with the name of each tolerance applied; see `PROBLEMS` for their meaning. */
type NoteGuess = (problem: 'header-charset-guessed' | 'header-charset-unknown') => void;

const ENCODED_WORD = /=\?(?<charset>[^?\s*]+)(?:\*[^?\s]*)?\?(?<encoding>[bq])\?(?<payload>[^?\r\n]*)\?=/gi;

/** Names that mail uses and the Encoding Standard, which `TextDecoder` follows, does not list. */
const CHARSET_ALIASES = new Map([
  ['cp932', 'shift_jis'],
  ['cp936', 'gbk'],
  ['cp949', 'euc-kr'],
  ['cp950', 'big5'],
]);

/**
 * In these every encoded word starts and ends in ASCII (RFC 2047 section 3): words must not be joined before decoding, unless one
 * breaks that rule and ends within its characters, as programs do that cut a line wherever it is long enough.
 */
const STATEFUL_CHARSET = /^iso-2022-/;
const ESCAPE = '\u001b';
const ASCII_SETS = ['(B', '(J'];

/**
 * Octets outside ASCII as UTF-8 (RFC 6532) where they are valid UTF-8, else as windows-1252, a guess.
 * @param octets one character an octet (U+0000 to U+00FF)
 */
export function decodeHeaderOctets(octets: string, note: NoteGuess): string {
  return isAscii(octets) ? octets : decodeGuessing(Buffer.from(octets, 'latin1'), note);
}

/**
 * The octets of a field with its encoded words decoded. RFC 2047 section 6.2, more tolerant than its section 5: words are
 * decoded wherever they stand, also inside quotes. White space between two of them vanishes; neighbours of one charset
 * are decoded as one run of octets, because senders cut multi-octet characters in half.
 * @param octets unfolded, one character an octet
 */
export function decodeHeaderText(octets: string, note: NoteGuess): string {
  const decoded: string[] = [];
  let run: Run | undefined;
  let end = 0;
  const closeRun = (): void => {
    if (run !== undefined) decoded.push(decodeCharset(Buffer.concat(run.parts), run.charset, note));
    run = undefined;
  };
  for (const match of octets.matchAll(ENCODED_WORD)) {
    const { charset, part } = toWord(match.groups ?? {});
    const between = octets.slice(end, match.index);
    if (run !== undefined && /^[ \t\r\n]*$/.test(between)) {
      if (run.charset !== charset || (STATEFUL_CHARSET.test(charset) && !run.isOpen)) closeRun();
    } else {
      closeRun();
      decoded.push(decodeHeaderOctets(between, note));
    }
    run ??= { charset, parts: [], isOpen: false };
    run.parts.push(part);
    run.isOpen = leavesOpen(part, run.isOpen);
    end = match.index + match[0].length;
  }
  closeRun();
  decoded.push(decodeHeaderOctets(octets.slice(end), note));
  return decoded.join('');
}

/** Adjacent encoded words of one charset. */
interface Run {
  readonly charset: string;
  readonly parts: Buffer[];
  /** Only of a charset with states: it does not end in ASCII. */
  isOpen: boolean;
}

/** Whether a word of a charset with states leaves its characters, and with them its run, unfinished. */
function leavesOpen(part: Buffer, wasOpen: boolean): boolean {
  const text = part.toString('latin1');
  const escape = text.lastIndexOf(ESCAPE);
  return escape === -1 ? wasOpen : !ASCII_SETS.includes(text.slice(escape + 1, escape + 3));
}

function toWord(groups: Record<string, string>): { charset: string; part: Buffer } {
  const { charset = '', encoding = '', payload = '' } = groups;
  return {
    charset: charset.toLowerCase(),
    part: encoding.toLowerCase() === 'b' ? Buffer.from(payload, 'base64') : decodeQ(payload),
  };
}

/** RFC 2047 section 4.2: `_` is a space, `=XX` an octet. A `=` that starts no octet stays. */
function decodeQ(payload: string): Buffer {
  const octets = payload
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9a-f]{2})/gi, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(octets, 'latin1');
}

function decodeCharset(octets: Uint8Array, charset: string, note: NoteGuess): string {
  if (isUtf7(charset)) return decodeUtf7(Buffer.from(octets).toString('latin1'));
  try {
    return new TextDecoder(CHARSET_ALIASES.get(charset) ?? charset).decode(octets);
  } catch {
    note('header-charset-unknown');
    return decodeGuessing(octets, note);
  }
}

function decodeGuessing(octets: Uint8Array, note: NoteGuess): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    note('header-charset-guessed');
    return new TextDecoder('windows-1252').decode(octets);
  }
}

function isAscii(octets: string): boolean {
  return !/[\u0080-\u00ff]/.test(octets);
}
