// Octets as text that is pleasant to write, and back: one line of a transcript.

const ESCAPES: Readonly<Record<string, string>> = {
  r: '\r',
  n: '\n',
  t: '\t',
  '0': '\0',
  '\\': '\\',
  '"': '"',
};

/** A piece that comes many times, `{x * 300}`, or one escape. */
const REPEATED = /\{(.+?) \* (\d+)\}/g;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|(.))/gs;

/**
 * What a line stands for: UTF-8 where it is not ASCII, `\r \n \t \0 \\ \xHH` for single octets, `{text * 300}` for text
 * that comes 300 times.
 * @param lineEnd goes behind it, unless it ends in `\c`
 */
export function decodeOctets(line: string, lineEnd: string): Buffer {
  const open = line.endsWith('\\c');
  const text = open ? line.slice(0, -2) : line;
  const whole = text.replaceAll(REPEATED, (_all, piece: string, times: string) =>
    piece.repeat(Number(times)),
  );
  const octets = toLatin1(whole).replaceAll(ESCAPE, unescape);
  return Buffer.from(open ? octets : octets + lineEnd, 'latin1');
}

/** The other way: always ASCII, in one line, quoted. */
export function quoteOctets(octets: Uint8Array): string {
  const text = Buffer.from(octets).toString('latin1');
  const escaped = text.replaceAll(/[^\x20-\x7e]|["\\]/g, (character) => {
    const short = Object.entries(ESCAPES).find(([, octet]) => octet === character)?.[0];
    return short === undefined ? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}` : `\\${short}`;
  });
  return `"${escaped}"`;
}

/**
 * What stands for a message of which a trace has only counted the octets: lines of text, the last of them ended.
 * @param isDotApart the terminator is not among them
 */
export function fillerBody(octets: number, isDotApart: boolean): Buffer {
  const end = isDotApart ? '\r\n' : '\r\n.\r\n';
  if (octets < end.length) throw new Error(`a message of ${octets} octets cannot end in CRLF`);
  const line = Buffer.from(`${'a line that stands for another'.padEnd(70, '.')}\r\n`);
  const filler = Buffer.alloc(octets, line);
  filler.write(end, octets - end.length);
  return filler;
}

function toLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function unescape(all: string, hex: string | undefined, letter: string | undefined): string {
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
  const octet = ESCAPES[letter ?? ''];
  if (octet === undefined) throw new Error(`no such escape: ${all}`);
  return octet;
}
