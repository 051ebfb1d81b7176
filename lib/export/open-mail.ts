// One raw object on its way out: its envelope first, then all its octets, which end with an error if they are not the
// message that the object's name promises.

import { createHash } from 'node:crypto';
import { MailferryError } from '../core/errors.ts';
import type { Sha256 } from '../core/record.ts';
import { EnvelopeScanner } from './envelope.ts';
import type { Envelope } from './envelope.ts';

export interface OpenedMail {
  readonly envelope: Envelope;
  /**
   * To be read once. Whoever writes them takes them back if they end with an error: ARCHIVE_CORRUPT after the last one if
   * their sha256 is another, ARCHIVE_UNREADABLE.
   */
  readonly octets: AsyncIterable<Uint8Array>;
  /** Whoever opened it calls this in a `finally`, read to its end or not. Safe to repeat. */
  close(): Promise<void>;
}

/** Reads as much as the envelope needs. @throws ARCHIVE_UNREADABLE */
export async function openMail(octets: AsyncIterable<Uint8Array>, expected: Sha256): Promise<OpenedMail> {
  const source = octets[Symbol.asyncIterator]();
  const close = async (): Promise<void> => {
    await source.return?.();
  };
  try {
    const scanner = new EnvelopeScanner();
    const head: Uint8Array[] = [];
    for (let isDone = false; !isDone;) {
      const next = await source.next();
      if (next.done === true) break;
      head.push(next.value);
      isDone = scanner.push(next.value);
    }
    return { envelope: scanner.end(), octets: proven(head, source, expected), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function* proven(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  expected: Sha256,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  let sizeOctets = 0;
  const seen = (chunk: Uint8Array): Uint8Array => {
    hash.update(chunk);
    sizeOctets += chunk.length;
    return chunk;
  };
  for (const chunk of head) yield seen(chunk);
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield seen(next.value);
  const sha256 = hash.digest('hex');
  if (sha256 === expected) return;
  throw new MailferryError(`it has ${sizeOctets} octets with sha256 ${sha256}`, {
    code: 'ARCHIVE_CORRUPT',
    scope: 'message',
    retryable: false,
  });
}
