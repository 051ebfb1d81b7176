// The corpus of published parser test messages beside the checkout, as a POP3 server carries them. Never copied into the project.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LoadedMessage } from './maildir.ts';

export const CORPUS_FOLDER = resolve(import.meta.dirname, '../../../shared/corpus');

/** How many messages the corpus has: what a skip leaves out, and what a load must find. */
export const CORPUS_MESSAGES = 2148;

/** Skip reasons that begin with this are failures under MAILFERRY_REQUIRE_INTEROP=1. */
export const NO_CORPUS = 'no corpus: ';

/** For `{ skip }`: `false` where the corpus is there, else the reason with the number of messages left out. */
export function corpusSkip(): string | false {
  return existsSync(CORPUS_FOLDER)
    ? false
    : `${NO_CORPUS}${CORPUS_MESSAGES} messages not tried, ../shared/corpus is absent`;
}

/** A message of the corpus: name relative to the corpus folder, every line end made CRLF. */
export interface CorpusMessage extends LoadedMessage {
  readonly bytes: Buffer;
}

/** All messages, ordered by name. */
export function corpusMessages(): CorpusMessage[] {
  const names = globSync('*/*.eml', { cwd: CORPUS_FOLDER }).sort();
  return names.map((name) => ({ name, bytes: withCrlf(readFileSync(join(CORPUS_FOLDER, name))) }));
}

/** Every LF that follows no CR gets one; nothing else changes (a lone CR stays a lone CR). */
function withCrlf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(/(?<!\r)\n/g, '\r\n'), 'latin1');
}

/** What at least two of three independent parsers agree on; a member that they do not agree on is absent. */
export interface OracleRow {
  readonly file: string;
  readonly subject?: string | null;
  /** `INVALID`: must not become a date. */
  readonly date?: string | null;
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly text_sha256?: string | null;
  readonly text_sha256_cp1252?: string | null;
  readonly text_len?: number | null;
  readonly text_flowed?: boolean;
  readonly html_sha256?: string | null;
  readonly html_len?: number | null;
  readonly attachment_count?: number;
  readonly leaves?: readonly {
    readonly role: string;
    readonly filename?: string | null;
    readonly sha256?: string | null;
    readonly sha256_lf?: string | null;
  }[];
}

/** By the names of `corpusMessages`. */
export function corpusOracle(): ReadonlyMap<string, OracleRow> {
  const lines = readFileSync(join(CORPUS_FOLDER, 'oracle.jsonl'), 'utf8').split('\n');
  const rows = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as OracleRow);
  return new Map(rows.map((row) => [row.file.replace('public/', ''), row]));
}
