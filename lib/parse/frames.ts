// The frames between a parse pool and its workers: type (1 octet), length (4 octets, big-endian), payload.
// Octets in, frames out: no pipe is touched here, and no length is believed beyond MAX_FRAME_OCTETS.

import { MAX_FRAME_OCTETS } from './limits.ts';

const FRAME_TYPES = {
  /** Worker to pool: it waits for a job. Once when its modules are loaded, and as the answer to each `ping`. */
  ready: 1,
  /** Pool to worker: a new message; JSON of a `Job`. */
  job: 2,
  /** Pool to worker: octets of the raw message. */
  raw: 3,
  /** Pool to worker: no more octets of this message. Every job ends with it, also one that has failed before. */
  'raw-end': 4,
  /** Worker to pool: decoded octets of the current attachment. */
  attachment: 5,
  /** Worker to pool: the attachment is complete; JSON of its size and sha256. */
  'attachment-end': 6,
  /** Worker to pool: octets of the document's JSON. */
  document: 7,
  /** Worker to pool: the document is complete, and with it the job. */
  'document-end': 8,
  /** Worker to pool: there will be no document; JSON of the reason. Ends the job. */
  failed: 9,
  /** Pool to worker, between two jobs: is it still there? */
  ping: 10,
  /** Worker to pool, after the attachments: octets of the JSON of what the catalog says of the message. */
  row: 11,
  /** Worker to pool: that is complete; the document follows. */
  'row-end': 12,
} as const;

const HEADER_OCTETS = 5;

export type FrameType = keyof typeof FRAME_TYPES;

export interface Frame {
  readonly type: FrameType;
  readonly payload: Uint8Array;
}

/** The other side does not speak this protocol. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const TYPES_BY_NUMBER = new Map<number | undefined, FrameType>();
for (const type of Object.keys(FRAME_TYPES)) {
  if (isFrameType(type)) TYPES_BY_NUMBER.set(FRAME_TYPES[type], type);
}

/** One frame; a payload larger than MAX_FRAME_OCTETS is a bug: see `encodeFrames`. */
export function encodeFrame(type: FrameType, payload: Uint8Array = new Uint8Array()): Uint8Array {
  if (payload.length > MAX_FRAME_OCTETS)
    throw new FrameError(`a frame of ${payload.length} octets cannot be sent`);
  const frame = Buffer.allocUnsafe(HEADER_OCTETS + payload.length);
  frame.writeUInt8(FRAME_TYPES[type], 0);
  frame.writeUInt32BE(payload.length, 1);
  frame.set(payload, HEADER_OCTETS);
  return frame;
}

/** As many frames as the octets need: none for none. */
export function* encodeFrames(type: FrameType, octets: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < octets.length; start += MAX_FRAME_OCTETS) {
    yield encodeFrame(type, octets.subarray(start, start + MAX_FRAME_OCTETS));
  }
}

export function encodeJsonFrame(type: FrameType, value: unknown): Uint8Array {
  return encodeFrame(type, Buffer.from(JSON.stringify(value)));
}

/** `push` chunks cut anywhere, get the frames that are complete. Holds at most one frame. */
export class FrameDecoder {
  readonly #header = Buffer.alloc(HEADER_OCTETS);
  #headerOctets = 0;
  #payload: Buffer | undefined;
  #payloadOctets = 0;

  /** @throws FrameError on an unknown type or too long a payload; the decoder is of no use after that */
  *push(chunk: Uint8Array): Generator<Frame> {
    let rest = chunk;
    while (rest.length > 0) {
      rest = this.#payload === undefined ? this.#fillHeader(rest) : this.#fillPayload(this.#payload, rest);
      if (this.#payload?.length === this.#payloadOctets) yield this.#takeFrame(this.#payload);
    }
  }

  #fillHeader(octets: Uint8Array): Uint8Array {
    const taken = octets.subarray(0, HEADER_OCTETS - this.#headerOctets);
    this.#header.set(taken, this.#headerOctets);
    this.#headerOctets += taken.length;
    if (this.#headerOctets === HEADER_OCTETS) {
      const lengthOctets = this.#header.readUInt32BE(1);
      if (TYPES_BY_NUMBER.get(this.#header[0]) === undefined) {
        throw new FrameError(`no frame has the type ${this.#header[0]}`);
      }
      if (lengthOctets > MAX_FRAME_OCTETS) {
        throw new FrameError(`a frame claims ${lengthOctets} octets, ${MAX_FRAME_OCTETS} are allowed`);
      }
      // Not filled with zeros: it is given out only when it is full.
      this.#payload = Buffer.allocUnsafe(lengthOctets);
      this.#payloadOctets = 0;
    }
    return octets.subarray(taken.length);
  }

  #fillPayload(payload: Buffer, octets: Uint8Array): Uint8Array {
    const taken = octets.subarray(0, payload.length - this.#payloadOctets);
    payload.set(taken, this.#payloadOctets);
    this.#payloadOctets += taken.length;
    return octets.subarray(taken.length);
  }

  #takeFrame(payload: Buffer): Frame {
    const type = TYPES_BY_NUMBER.get(this.#header[0]);
    if (type === undefined) throw new FrameError('a frame without a type cannot be complete');
    this.#headerOctets = 0;
    this.#payload = undefined;
    return { type, payload };
  }
}

/**
 * The frames of a stream, read only as fast as they are taken. A stream that ends within a frame ends here without it:
 * the other side is gone, and only the caller knows whether it was allowed to go.
 * @throws FrameError
 */
export async function* readFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame, void, undefined> {
  const decoder = new FrameDecoder();
  for await (const chunk of source) yield* decoder.push(chunk);
}

function isFrameType(text: string): text is FrameType {
  return text in FRAME_TYPES;
}
