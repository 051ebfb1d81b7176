// One thing a transcript has the client do, and what must come of it: `retr 2 -> "Subject: hi\r\n"`.

import { decodeOctets } from './transcript-octets.ts';

export interface TranscriptStep {
  /** As written, for messages about it. */
  readonly text: string;
  readonly verb: string;
  readonly args: readonly string[];
  readonly expected: Expected;
}

export type Expected =
  /** A value as `describe...` puts it into words; `ok` where nothing is said. */
  | { readonly kind: 'text'; readonly text: string }
  /** These octets; of several messages one entry each, the code where a message is refused. */
  | { readonly kind: 'octets'; readonly bodies: readonly (string | Buffer)[] }
  /** So many octets, with a hash that begins so. */
  | { readonly kind: 'size'; readonly octets: number; readonly sha256: string }
  /** A MailferryError, with this somewhere in its text. */
  | { readonly kind: 'error'; readonly code: string; readonly scope: string; readonly says: string };

const ERROR = /^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+) (message|session|account|config)(?: "(.*)")?$/;
const SIZE = /^(\d+) octets(?:, sha256 ([0-9a-f]+))?$/;
const CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

export function parseStep(text: string): TranscriptStep {
  const [, command, outcome] = /^(.+?)(?: -> (.+))?$/s.exec(text) ?? [];
  const [verb, ...args] = command?.split(' ') ?? [];
  if (!verb) throw new Error(`no step: ${JSON.stringify(text)}`);
  return { text, verb, args, expected: parseExpected(outcome ?? 'ok') };
}

function parseExpected(outcome: string): Expected {
  const error = ERROR.exec(outcome);
  if (error) return { kind: 'error', code: error[1] ?? '', scope: error[2] ?? '', says: error[3] ?? '' };
  const size = SIZE.exec(outcome);
  if (size) return { kind: 'size', octets: Number(size[1]), sha256: size[2] ?? '' };
  const bodies = outcome.split(' | ');
  if (bodies.every((body) => body.startsWith('"') || CODE.test(body))) {
    return { kind: 'octets', bodies: bodies.map((body) => (CODE.test(body) ? body : joinQuoted(body))) };
  }
  return { kind: 'text', text: outcome };
}

/** `"one" "two"`: pieces of one body, quoted each for itself so that lines can be lines. */
function joinQuoted(quoted: string): Buffer {
  const pieces = quoted.match(/"(?:[^"\\]|\\.)*"/gs) ?? [];
  return Buffer.concat(pieces.map((piece) => decodeOctets(piece.slice(1, -1), '')));
}
