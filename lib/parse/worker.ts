// The child process that parses MIME: started without environment, secrets or write access, it knows only its two pipes.
// Never imported by anything: `workerCommand` names it. It ends when its parent's pipe does.

import { createHash } from 'node:crypto';
import { catalogFactsOf } from '../core/catalog/catalog-facts.ts';
import type { MessageDocument } from '../core/message/document.ts';
import type { Sha256 } from '../core/record.ts';
import { failureOf, MessageLimitError } from './failure.ts';
import { FrameSink } from './frame-sink.ts';
import { encodeFrame, encodeFrames, encodeJsonFrame, FrameError, readFrames, type Frame } from './frames.ts';
import { headerDocument } from './header-document.ts';
import { MAX_DOCUMENT_OCTETS } from './limits.ts';
import { md5 } from './md5.ts';
import { parseMessage } from './parse-message.ts';
import type { Job } from './run-job.ts';

type FrameStream = AsyncGenerator<Frame, void, undefined>;

const output = new FrameSink(process.stdout);

async function runJob({ ingest, failure }: Job, frames: FrameStream): Promise<void> {
  const raw = new RawOctets(frames);
  try {
    const document =
      failure === undefined
        ? await parseMessage(raw.read(), ingest, sendAttachment)
        : headerDocument(await raw.whole(), ingest, failure);
    await sendRow(document);
    await sendDocument(JSON.stringify(document));
  } catch (error) {
    // A broken pipe protocol is no fault of the message: end, and let the parent say so.
    if (error instanceof FrameError) throw error;
    await output.send(encodeJsonFrame('failed', { problem: failureOf(error) }));
  }
  await output.flush();
  await raw.skip();
}

/** The octets of one message out of the stream of frames; leaves what follows its end unread. */
class RawOctets {
  readonly #frames: FrameStream;
  #isEnded = false;

  constructor(frames: FrameStream) {
    this.#frames = frames;
  }

  /** May be left early: the rest is there for `skip`. */
  async *read(): AsyncGenerator<Uint8Array> {
    while (!this.#isEnded) {
      const next = await this.#frames.next();
      if (next.done === true) throw new FrameError('the stream ended within a message');
      if (next.value.type === 'raw') yield next.value.payload;
      else if (next.value.type === 'raw-end') this.#isEnded = true;
      else throw new FrameError(`a frame of type ${next.value.type} came within a message`);
    }
  }

  /** Of the first octets of a message only: they are held. */
  async whole(): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const octets of this.read()) pieces.push(octets);
    return Buffer.concat(pieces);
  }

  async skip(): Promise<void> {
    for await (const octets of this.read()) void octets;
  }
}

async function sendAttachment(
  content: AsyncIterable<Uint8Array>,
): Promise<{ sha256: Sha256; sizeOctets: number }> {
  const hash = createHash('sha256');
  let sizeOctets = 0;
  for await (const octets of content) {
    hash.update(octets);
    sizeOctets += octets.length;
    for (const frame of encodeFrames('attachment', octets)) await output.send(frame);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a hexadecimal SHA-256 is what the brand means
  const sha256 = hash.digest('hex') as Sha256;
  await output.send(encodeJsonFrame('attachment-end', { sha256, sizeOctets }));
  return { sha256, sizeOctets };
}

async function sendRow(document: MessageDocument): Promise<void> {
  const row = JSON.stringify(catalogFactsOf(document, md5));
  for (const frame of encodeFrames('row', Buffer.from(row))) await output.send(frame);
  await output.send(encodeFrame('row-end'));
}

async function sendDocument(json: string): Promise<void> {
  const octets = Buffer.from(`${json}\n`);
  if (octets.length > MAX_DOCUMENT_OCTETS) throw new MessageLimitError('document-too-large');
  for (const frame of encodeFrames('document', octets)) await output.send(frame);
  await output.send(encodeFrame('document-end'));
}

function parseJob(frame: Frame): Job {
  if (frame.type !== 'job') throw new FrameError(`a frame of type ${frame.type} came where a job was due`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the pool that started this process wrote it
  return JSON.parse(Buffer.from(frame.payload).toString('utf8')) as Job;
}

async function sayReady(): Promise<void> {
  await output.send(encodeFrame('ready'));
  await output.flush();
}

async function main(): Promise<void> {
  const frames = readFrames(process.stdin);
  await sayReady();
  for (let next = await frames.next(); next.done !== true; next = await frames.next()) {
    if (next.value.type === 'ping') await sayReady();
    else await runJob(parseJob(next.value), frames);
  }
}

// Nothing here asks for them, so nothing that is loaded here shall. Not a wall: Node's permissions do not cover the network.
for (const name of ['fetch', 'WebSocket', 'EventSource']) Reflect.deleteProperty(globalThis, name);

// The parent is gone: so is the only one who could want an answer.
process.stdout.on('error', () => process.exit(1));
await main();
process.exit(0);
