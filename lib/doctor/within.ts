// Waiting that ends when the time is over.

import { setTimeout as sleep } from 'node:timers/promises';

/** @throws what the work throws, or what `signal` was aborted with: then nobody waits for the work any more */
export async function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** @throws what `signal` was aborted with */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  if (durationMs === 0) return;
  try {
    await sleep(durationMs, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
