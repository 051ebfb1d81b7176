// The parts of made messages: text in a charset and a transfer encoding, files in base64, and multiparts of them.

import iconv from 'iconv-lite';
import type { Random } from './random.ts';
import { html, plainText, type Language } from './text.ts';
import {
  base64Lines,
  encodedWords,
  fileNameParameter,
  isAscii,
  octetsForBase64,
  quotedPrintable,
} from './transfer-encoding.ts';
import { DOMAINS, ENGLISH, FRENCH, RUSSIAN } from './vocabulary.ts';

export interface Part {
  /** Header lines that say what it is, without the last CRLF. */
  readonly content: string;
  /** Lines with CRLF. */
  readonly body: Buffer;
}

/** @param octets about so many, encoded */
export function textPart(kind: 'plain' | 'html', octets: number, language: Language, random: Random): Part {
  const text = kind === 'plain' ? plainText(octets, language, random) : html(octets, language, random);
  // What a charset lacks a writer replaces; here it is one that has it all.
  const raw = iconv.encode(text.replaceAll('\n', '\r\n'), language.charset);
  const type = `Content-Type: text/${kind}; charset=${language.charset}\r\nContent-Transfer-Encoding: `;
  if (isAscii(raw.toString('latin1'))) {
    return random.chance(0.4)
      ? { content: `${type}quoted-printable`, body: quotedPrintable(raw) }
      : { content: `${type}7bit`, body: raw };
  }
  const encoding = random.fraction();
  if (encoding < 0.25) return { content: `${type}8bit`, body: raw };
  return encoding < 0.75
    ? { content: `${type}quoted-printable`, body: quotedPrintable(raw) }
    : { content: `${type}base64`, body: base64Lines(raw) };
}

type FileType = readonly [type: string, extension: string];

const FILE_TYPES: readonly [FileType, ...FileType[]] = [
  ['application/pdf', 'pdf'],
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['application/zip', 'zip'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
];

/** @param octets about so many, encoded */
export function filePart(octets: number, disposition: 'attachment' | 'inline', random: Random): Part {
  const [type, extension] = random.pick(FILE_TYPES);
  const stem = random.chance(0.15)
    ? `${random.pick(FRENCH)} ${random.pick(RUSSIAN)}`
    : `${random.pick(ENGLISH)}-${random.integer(1, 9999)}`;
  const fileName = `${stem}.${extension}`;
  const name = isAscii(fileName) ? fileName : encodedWords(fileName).replaceAll('\r\n', '');
  const lines = [
    `Content-Type: ${type}; name="${name}"`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: ${disposition}; ${fileNameParameter('filename', fileName)}`,
  ];
  if (disposition === 'inline') lines.push(`Content-ID: <${random.hex(12)}@${random.pick(DOMAINS)}>`);
  return { content: lines.join('\r\n'), body: base64Lines(fileOctets(octetsForBase64(octets), random)) };
}

/** @param whole a message with its header */
export function messagePart(whole: Buffer): Part {
  return { content: 'Content-Type: message/rfc822\r\nContent-Disposition: attachment', body: whole };
}

export function multipart(
  subtype: 'mixed' | 'alternative' | 'related',
  parts: readonly Part[],
  random: Random,
): Part {
  const boundary = `----=_Part_${random.hex(24)}`;
  const pieces = parts.flatMap(({ content, body }) => [
    Buffer.from(`--${boundary}\r\n${content}\r\n\r\n`, 'utf8'),
    body,
    Buffer.from('\r\n'),
  ]);
  return {
    content: `Content-Type: multipart/${subtype}; boundary="${boundary}"`,
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

/** Octets that no base64 repeats soon, made once: to make each file anew would take longer than all the rest. */
const POOL = makePool(1 << 20);

function makePool(octets: number): Buffer {
  const pool = Buffer.alloc(octets);
  let state = 0x2545f491;
  for (let at = 0; at < octets; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    pool.writeInt32LE(state, at);
  }
  return pool;
}

function fileOctets(count: number, random: Random): Buffer {
  const octets = Buffer.alloc(count);
  for (let at = 0; at < count;) {
    at += POOL.copy(octets, at, random.integer(0, POOL.length - 1));
  }
  return octets;
}
