// Retrieves a few messages and keeps of each only what it was like. Whoever does this must not end the session with QUIT:
// to some servers that means that the messages may go (RFC 2449 section 6.7).

import { createHash } from 'node:crypto';
import { MailferryError } from '../core/errors.ts';
import type { WindowLimits } from '../core/pop3/retrieval-window.ts';
import type { Pop3Session } from '../session/pop3-session.ts';
import type { ChosenSample } from './choose-samples.ts';
import type { RefusedSample, Sample } from './judge-samples.ts';

/** Of a message that is looked at for the end of its header. */
const LOOKED_AT_OCTETS = 64 * 1024;
const EMPTY_LINE = Buffer.from('\r\n\r\n');

export interface Taken {
  readonly samples: readonly Sample[];
  readonly refused: readonly RefusedSample[];
}

/** @throws what ends the session: POP3_PROTOCOL, POP3_TIMEOUT, POP3_CONNECTION_LOST */
export async function takeSamples(
  session: Pop3Session,
  chosen: readonly ChosenSample[],
  limits: WindowLimits,
): Promise<Taken> {
  const samples: Sample[] = [];
  const refused: RefusedSample[] = [];
  for await (const { request, read } of session.retrieveEach(chosen, limits)) {
    try {
      samples.push(await measure(request, read()));
    } catch (error) {
      if (!(error instanceof MailferryError) || error.scope !== 'message') throw error;
      refused.push({ messageNumber: request.messageNumber, refusal: error.message });
    }
  }
  return { samples, refused };
}

/** The octets of TOP with no line of the body; `undefined`: it was refused. @throws as takeSamples */
export async function takeHeader(
  session: Pop3Session,
  messageNumber: number,
): Promise<Uint8Array | undefined> {
  const octets = await session.top(messageNumber, 0);
  if (octets === undefined) return undefined;
  const start = new StartKeeper();
  for await (const chunk of octets) start.push(chunk);
  return start.octets();
}

async function measure(
  { messageNumber, octets: listedOctets }: ChosenSample,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Sample> {
  const hash = createHash('sha256');
  const start = new StartKeeper();
  let octets = 0;
  for await (const chunk of chunks) {
    octets += chunk.length;
    hash.update(chunk);
    start.push(chunk);
  }
  const sha256 = hash.digest('hex');
  return { messageNumber, listedOctets, octets, sha256, header: start.header(octets) };
}

class StartKeeper {
  readonly #chunks: Uint8Array[] = [];
  #octets = 0;

  push(chunk: Uint8Array): void {
    const wanted = chunk.subarray(0, LOOKED_AT_OCTETS - this.#octets);
    if (wanted.length > 0) this.#chunks.push(Uint8Array.from(wanted));
    this.#octets += wanted.length;
  }

  octets(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** A message without an empty line is all header. */
  header(messageOctets: number): Uint8Array | undefined {
    const octets = this.octets();
    const end = octets.indexOf(EMPTY_LINE);
    if (end >= 0) return octets.subarray(0, end + EMPTY_LINE.length);
    return messageOctets === octets.length ? octets : undefined;
  }
}
