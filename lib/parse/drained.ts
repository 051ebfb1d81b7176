// Back-pressure of a stream that may be destroyed while someone waits for it.

import type { Writable } from 'node:stream';

/** Resolves when the stream takes more, or is closed and takes nothing any more: look at `destroyed` afterwards. */
export async function drained(stream: Writable): Promise<void> {
  if (stream.closed) return;
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      stream.off('drain', settle);
      stream.off('close', settle);
      resolve();
    };
    stream.on('drain', settle);
    stream.on('close', settle);
  });
}
