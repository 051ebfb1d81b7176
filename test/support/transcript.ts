// Transcripts of POP3 conversations as text (docs of the format: test/transcripts/README.md), and what they say. Reads
// text only: replaying is next door, in transcript-replay.ts.

import { LOGIN_METHODS } from '../../lib/core/account.ts';
import type { LoginMethod } from '../../lib/core/account.ts';
import type { ReplayEvent } from './replay-script.ts';
import { decodeOctets, fillerBody } from './transcript-octets.ts';
import { parseStep } from './transcript-step.ts';
import type { TranscriptStep } from './transcript-step.ts';

export interface Transcript {
  /** A sentence: what is shown. */
  readonly name: string;
  readonly server: string;
  /** Rows of the conformance list. */
  readonly rows: readonly number[];
  readonly user: string;
  readonly password: string;
  /** An OAuth2 access token: with one, there is no password. */
  readonly token: string | undefined;
  readonly tls: 'none' | 'starttls' | 'implicit';
  /** The login method that the account names: `USER` unless the transcript says otherwise; `chosen`: none, so `undefined`. */
  readonly method: LoginMethod | undefined;
  /** How many messages are asked for ahead, where it matters. */
  readonly window: number | undefined;
  /** What the client of SCRAM says instead of a random nonce. */
  readonly nonce: string | undefined;
  /** What a client must be able to do for this one to be replayed. */
  readonly needs: readonly string[];
  readonly steps: readonly TranscriptStep[];
  /** What happens on each connection: a client may dial again. */
  readonly connections: readonly (readonly ReplayEvent[])[];
}

const FIELDS = [
  'name',
  'server',
  'rows',
  'user',
  'password',
  'token',
  'tls',
  'method',
  'window',
  'nonce',
  'needs',
  'line-ends',
] as const;
type Field = (typeof FIELDS)[number];

/** `12:00:00.123 C: UIDL`: as a protocol trace writes it. The time is not looked at. */
const SPOKEN = /^(?:\d\d:\d\d:\d\d\.\d+ )?([CS]):(?: (.*))?$/;
/** Octets of a message that a trace has counted, as many as came together. */
const FILLER = /^<(\d+) octets>$/;
const MASKED = '***';
const MARK = /^(?:\d\d:\d\d:\d\d\.\d+ )?-- (.+)$/;

/**
 * @param readPart the text of `<name>.part` beside the transcript, for `-- include <name>`
 * @throws Error naming the line that is not understood
 */
export function parseTranscript(text: string, readPart: (name: string) => string): Transcript {
  const fields = new Map<Field, string>();
  const steps: string[] = [];
  const connections: ReplayEvent[][] = [[]];
  const lineEnd = (): string => (fields.get('line-ends') === 'LF' ? '\n' : '\r\n');
  let fillerOctets = 0;
  const add = (event: ReplayEvent): void => {
    connections.at(-1)?.push(event);
  };
  const readLine = (line: string): void => {
    const spoken = SPOKEN.exec(line);
    const mark = MARK.exec(line)?.[1];
    const counted = FILLER.exec(spoken?.[1] === 'S' ? (spoken[2] ?? '') : '')?.[1];
    if (line === '' || line.startsWith('#')) return;
    if (counted !== undefined) {
      fillerOctets += Number(counted);
      return;
    }
    if (fillerOctets > 0) add({ server: fillerBody(fillerOctets, spoken?.[2] === '.') });
    fillerOctets = 0;
    if (line.startsWith('> ')) steps.push(line.slice(2));
    else if (line.startsWith('  ') && steps.length > 0) steps.push(`${steps.pop()} ${line.trim()}`);
    else if (spoken) add(toEvent(spoken[1] === 'C', spoken[2] ?? '', lineEnd()));
    else if (mark?.startsWith('include ')) readPart(mark.slice(8)).split('\n').forEach(readLine);
    else if (mark === 'dial') connections.push([]);
    else if (mark) add(toMark(mark));
    else readField(line, fields);
  };
  for (const [index, line] of text.split('\n').entries()) {
    try {
      readLine(line);
    } catch (error) {
      throw new Error(`line ${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  }
  return toTranscript(fields, steps.map(parseStep), connections);
}

function readField(line: string, fields: Map<Field, string>): void {
  const [, key, value] = /^([a-z-]+): (.+)$/.exec(line) ?? [];
  const field = FIELDS.find((known) => known === key);
  if (!field || value === undefined) throw new Error(`not understood: ${JSON.stringify(line)}`);
  if (fields.has(field)) throw new Error(`"${field}" is there twice`);
  fields.set(field, value.trim());
}

function toEvent(isClient: boolean, said: string, lineEnd: string): ReplayEvent {
  if (!isClient) return { server: decodeOctets(said, lineEnd) };
  const line = decodeOctets(said, '').toString('latin1');
  // What a trace has masked may be anything.
  return { client: line.includes(MASKED) ? maskedPattern(line) : line };
}

function maskedPattern(line: string): RegExp {
  const literal = line.split(MASKED).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.+')}$`, 's');
}

function toMark(mark: string): ReplayEvent {
  if (mark === 'tls') return { tls: true };
  if (mark === 'silence') return { silence: true };
  if (mark === 'close' || mark === 'reset') return { end: mark };
  throw new Error(`no such mark: "-- ${mark}"`);
}

function toTranscript(
  fields: ReadonlyMap<Field, string>,
  steps: readonly TranscriptStep[],
  connections: readonly (readonly ReplayEvent[])[],
): Transcript {
  const required = (field: Field): string => {
    const value = fields.get(field);
    if (value === undefined) throw new Error(`"${field}:" is missing`);
    return value;
  };
  const list = (field: Field): string[] => fields.get(field)?.split(/[,\s]+/) ?? [];
  const text = (field: Field): string | undefined => {
    const value = fields.get(field);
    return value === undefined ? undefined : decodeOctets(value, '').toString('utf8');
  };
  const method = fields.get('method') ?? 'USER';
  if (steps.length === 0) throw new Error('there is no step: a line that begins with "> "');
  return {
    name: required('name'),
    server: required('server'),
    rows: list('rows').map(Number),
    user: text('user') ?? 'ann',
    password: text('password') ?? 's3cret pass',
    token: text('token'),
    tls: oneOf('tls', fields.get('tls') ?? 'none', ['none', 'starttls', 'implicit'] as const),
    method: method === 'chosen' ? undefined : oneOf('method', method, LOGIN_METHODS),
    window: fields.has('window') ? Number(fields.get('window')) : undefined,
    nonce: fields.get('nonce'),
    needs: list('needs'),
    steps,
    connections,
  };
}

function oneOf<Choice extends string>(field: Field, value: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((one) => one === value);
  if (choice === undefined) throw new Error(`${field}: one of ${choices.join(', ')}, not "${value}"`);
  return choice;
}
