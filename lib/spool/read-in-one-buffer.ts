// Reads a file through one buffer, whatever its size: for who looks at the octets and keeps none. A large file read in pieces of
// their own leaves a hundred megabytes to the garbage collection (measured).

import { close, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { spoolFailed } from './temp-file.ts';

const openFile = promisify(open);
const readFrom = promisify(read);
const closeFile = promisify(close);

const BUFFER_OCTETS = 512 * 1024;

/** Each piece is gone when the next is asked for. @throws SPOOL_FAILED */
export async function* readInOneBuffer(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const failed = (error: unknown): never => {
    throw spoolFailed(`cannot read ${path}`, error);
  };
  const descriptor = await openFile(path, 'r').catch(failed);
  try {
    const buffer = Buffer.allocUnsafeSlow(BUFFER_OCTETS);
    for (;;) {
      const { bytesRead } = await readFrom(descriptor, buffer, 0, buffer.length, null).catch(failed);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    // It was only read; what broke the reading is the news.
    await closeFile(descriptor).catch(() => undefined);
  }
}
