// Replays a transcript: the client does its steps over a connection in memory that follows the script to the letter.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ReplayConnection } from './replay-connection.ts';
import type { ReplayOptions } from './replay-script.ts';
import { dialerTo } from './replay-dialer.ts';
import { parseTranscript } from './transcript.ts';
import type { Transcript } from './transcript.ts';
import { TranscriptClient } from './transcript-client.ts';

export interface TranscriptFile {
  /** Below the folder of transcripts, without `.txt`: `dovecot/dots`. */
  readonly path: string;
  readonly transcript: Transcript;
}

/** Every `.txt` below the folder, by path. @throws Error naming the file and the line that is not understood */
export function readTranscripts(folder: string): TranscriptFile[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.txt'));
  return files
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
    .map((file) => ({
      path: relative(folder, file).slice(0, -'.txt'.length),
      transcript: readTranscript(file),
    }));
}

function readTranscript(file: string): Transcript {
  const readPart = (name: string): string => readFileSync(join(dirname(file), `${name}.part`), 'utf8');
  try {
    return parseTranscript(readFileSync(file, 'utf8'), readPart);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * @throws AssertionError if a step comes to anything but what the transcript says, if the client leaves the script, or
 *         if the two are not through with it together
 */
export async function replay(transcript: Transcript, options: ReplayOptions): Promise<void> {
  const isImplicitTls = transcript.tls === 'implicit';
  const mayRunAhead = transcript.needs.includes('pipelining');
  const connections = transcript.connections.map(
    (events) => new ReplayConnection(events, { ...options, mayRunAhead, isImplicitTls }),
  );
  const client = new TranscriptClient(transcript, dialerTo(...connections));
  try {
    for (const step of transcript.steps) {
      try {
        await client.perform(step);
      } catch (error) {
        throw described(error, step.text, connections);
      }
    }
    for (const connection of connections.slice(0, -1)) assertThrough(connection, true);
    const last = transcript.steps.at(-1);
    const hasFailed = last?.expected.kind === 'error' && last.expected.scope !== 'message';
    const [connection] = connections.slice(-1);
    assert.ok(connection);
    assertThrough(connection, hasFailed);
    if (hasFailed || last?.verb === 'quit' || last?.verb === 'drop') {
      assert.ok(connection.isClosed, 'the connection is still open');
    }
  } finally {
    for (const connection of connections) connection.close();
  }
}

function described(error: unknown, step: string, connections: readonly ReplayConnection[]): Error {
  const sent = connections.flatMap(({ sentLines }) => sentLines).at(-1) ?? 'nothing';
  const complaints = connections
    .flatMap(({ complaints }) => complaints)
    .map((complaint) => `\n  ${complaint}`)
    .join('');
  const what = error instanceof Error ? error.message : String(error);
  return new assert.AssertionError({
    message: `step "${step}", last sent ${JSON.stringify(sent)}: ${what}${complaints}`,
  });
}

/** Whoever gave the connection up may leave octets unread. */
function assertThrough(connection: ReplayConnection, isGivenUp: boolean): void {
  assert.deepEqual(connection.complaints, []);
  const { remaining } = connection;
  const unsent = remaining.filter((event) => 'client' in event);
  assert.deepEqual(unsent, [], 'the client should have sent more');
  const unread = remaining.filter((event) => 'server' in event);
  if (!isGivenUp) assert.deepEqual(unread, [], 'the client should have read more');
}
