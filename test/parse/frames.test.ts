// Frames between pool and worker: whole however they are cut, refused as soon as they claim too much.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  encodeFrame,
  encodeFrames,
  encodeJsonFrame,
  FrameDecoder,
  FrameError,
  readFrames,
  type Frame,
  type FrameType,
} from '../../lib/parse/frames.ts';
import { MAX_FRAME_OCTETS } from '../../lib/parse/limits.ts';
import { inPieces } from '../support/memory-blob-store.ts';

const types = fc.constantFrom<FrameType>(
  'ready',
  'job',
  'raw',
  'raw-end',
  'attachment',
  'document-end',
  'failed',
);
const framesToSend = fc.array(fc.record({ type: types, payload: fc.uint8Array({ maxLength: 300 }) }), {
  maxLength: 8,
});

function decodeAll(stream: Uint8Array, pieceOctets: number): Frame[] {
  const decoder = new FrameDecoder();
  const frames: Frame[] = [];
  for (let start = 0; start < stream.length; start += pieceOctets) {
    frames.push(...decoder.push(stream.subarray(start, start + pieceOctets)));
  }
  return frames;
}

function plain(frames: readonly Frame[]): { type: FrameType; payload: string }[] {
  return frames.map(({ type, payload }) => ({ type, payload: Buffer.from(payload).toString('hex') }));
}

void test('frames come out as they went in, however the stream is cut', () => {
  fc.assert(
    fc.property(framesToSend, fc.integer({ min: 1, max: 400 }), (frames, pieceOctets) => {
      const stream = Buffer.concat(frames.map(({ type, payload }) => encodeFrame(type, payload)));
      for (const octets of [1, pieceOctets, Math.max(1, stream.length)]) {
        assert.deepEqual(plain(decodeAll(stream, octets)), plain(frames));
      }
    }),
  );
});

void test('every prefix of a stream gives exactly the frames that are complete in it', () => {
  const sent = [
    encodeFrame('ready'),
    encodeJsonFrame('job', { a: 1 }),
    encodeFrame('raw', Buffer.from('octets')),
  ];
  const stream = Buffer.concat(sent);
  for (let end = 0; end <= stream.length; end += 1) {
    let complete = 0;
    for (let octets = 0; complete < sent.length; complete += 1) {
      octets += sent[complete]?.length ?? 0;
      if (octets > end) break;
    }
    assert.equal(decodeAll(stream.subarray(0, end), 1).length, complete);
  }
});

void test('octets of any length are sent in frames of the allowed size', async () => {
  for (const length of [0, 1, MAX_FRAME_OCTETS, MAX_FRAME_OCTETS + 1, 3 * MAX_FRAME_OCTETS]) {
    const octets = Buffer.alloc(length, 'x');
    const frames = decodeAll(Buffer.concat([...encodeFrames('raw', octets)]), 70_000);
    assert.equal(frames.length, Math.ceil(length / MAX_FRAME_OCTETS));
    assert.deepEqual(Buffer.concat(frames.map(({ payload }) => payload)), octets);
  }
});

void test('a frame that is too long is refused on sending and by its header on receiving', () => {
  assert.throws(() => encodeFrame('raw', Buffer.alloc(MAX_FRAME_OCTETS + 1)), FrameError);
  const header = Buffer.alloc(5);
  header.writeUInt8(3, 0);
  header.writeUInt32BE(MAX_FRAME_OCTETS + 1, 1);
  assert.throws(() => decodeAll(header, 1), FrameError);
});

void test('an unknown type is refused before its payload is waited for', () => {
  for (const type of [0, 13, 255])
    assert.throws(() => decodeAll(Buffer.from([type, 0, 0, 0, 9]), 5), FrameError);
});

void test('a stream that ends within a frame ends without it', async () => {
  const stream = Buffer.concat([encodeFrame('ready'), encodeFrame('raw', Buffer.from('cut'))]).subarray(
    0,
    -1,
  );
  const frames: Frame[] = [];
  for await (const frame of readFrames(inPieces(stream, 2))) frames.push(frame);
  assert.deepEqual(plain(frames), [{ type: 'ready', payload: '' }]);
});

void test('frames are read no faster than they are taken', async () => {
  let piecesRead = 0;
  async function* source(): AsyncGenerator<Uint8Array> {
    for (;;) {
      piecesRead += 1;
      yield encodeFrame('raw', Buffer.from('x'));
    }
  }
  const frames = readFrames(source());
  await frames.next();
  await frames.next();
  await frames.return();
  assert.equal(piecesRead, 2);
});
