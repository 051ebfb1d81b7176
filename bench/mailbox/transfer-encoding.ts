// How text and octets go into mail: base64 and quoted-printable (RFC 2045), encoded words (RFC 2047), names of files (RFC 2231).

import iconv from 'iconv-lite';

const LINE_CHARACTERS = 76;
const OCTETS_PER_LINE = 57;
/** Of one encoded word, so that its line stays short. */
const OCTETS_PER_WORD = 42;

/** Lines end in CRLF, the last one too. */
export function base64Lines(octets: Uint8Array): Buffer {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('base64');
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += LINE_CHARACTERS) lines.push(text.slice(at, at + LINE_CHARACTERS));
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
}

/** How many octets become so many in base64. */
export function octetsForBase64(encodedOctets: number): number {
  return Math.max(1, Math.floor((encodedOctets / (LINE_CHARACTERS + 2)) * OCTETS_PER_LINE));
}

/** @param octets text whose lines end in CRLF */
export function quotedPrintable(octets: Uint8Array): Buffer {
  const pieces: string[] = [];
  let column = 0;
  for (let at = 0; at < octets.length; at += 1) {
    const octet = octets[at] ?? 0;
    if (octet === 0x0d && octets[at + 1] === 0x0a) {
      pieces.push('\r\n');
      at += 1;
      column = 0;
      continue;
    }
    const piece = quoted(octet, octets[at + 1]);
    if (column + piece.length >= LINE_CHARACTERS) {
      pieces.push('=\r\n');
      column = 0;
    }
    pieces.push(piece);
    column += piece.length;
  }
  return Buffer.from(pieces.join(''), 'latin1');
}

function quoted(octet: number, next: number | undefined): string {
  const isSpaceAtEnd = (octet === 0x20 || octet === 0x09) && (next === 0x0d || next === undefined);
  const isPlain = (octet >= 0x20 && octet < 0x7f && octet !== 0x3d) || octet === 0x09;
  if (isPlain && !isSpaceAtEnd) return String.fromCharCode(octet);
  return `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** As it is if it is ASCII; else one encoded word a line, folded. */
export function encodedWords(text: string, charset = 'utf-8'): string {
  if (isAscii(text)) return text;
  const pieces: string[] = [];
  let piece = '';
  for (const character of text) {
    if (iconv.encode(piece + character, charset).length > OCTETS_PER_WORD) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  pieces.push(piece);
  return pieces
    .map((part) => `=?${charset}?B?${iconv.encode(part, charset).toString('base64')}?=`)
    .join('\r\n ');
}

/** The parameter with its name: `filename="x"` or `filename*=UTF-8''...`. */
export function fileNameParameter(name: string, fileName: string): string {
  return isAscii(fileName)
    ? `${name}="${fileName}"`
    : `${name}*=UTF-8''${encodeURIComponent(fileName).replaceAll(/[!'()*]/g, '_')}`;
}

export function isAscii(text: string): boolean {
  return !/[^\t\r\n -~]/.test(text);
}
