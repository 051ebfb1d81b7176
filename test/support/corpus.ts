// The corpus of published parser test messages beside the checkout, as a POP3 server carries them. Never copied into the project.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LoadedMessage } from './maildir.ts';

const FOLDER = resolve(import.meta.dirname, '../../../shared/corpus');

/** How many messages the corpus has: what a skip leaves out, and what a load must find. */
export const CORPUS_MESSAGES = 2148;

/** Skip reasons that begin with this are failures under MAILFERRY_REQUIRE_INTEROP=1. */
export const NO_CORPUS = 'no corpus: ';

/** For `{ skip }`: `false` where the corpus is there, else the reason with the number of messages left out. */
export function corpusSkip(): string | false {
  return existsSync(FOLDER)
    ? false
    : `${NO_CORPUS}${CORPUS_MESSAGES} messages not tried, ../shared/corpus is absent`;
}

/** A message of the corpus: name relative to the corpus folder, every line end made CRLF. */
export interface CorpusMessage extends LoadedMessage {
  readonly bytes: Buffer;
}

/** All messages, ordered by name. */
export function corpusMessages(): CorpusMessage[] {
  const names = globSync('*/*.eml', { cwd: FOLDER }).sort();
  return names.map((name) => ({ name, bytes: withCrlf(readFileSync(join(FOLDER, name))) }));
}

/** Every LF that follows no CR gets one; nothing else changes (a lone CR stays a lone CR). */
function withCrlf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(/(?<!\r)\n/g, '\r\n'), 'latin1');
}
