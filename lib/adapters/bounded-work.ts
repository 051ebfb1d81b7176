// So many at a time and no more: for work on a service that takes many small calls at once.

import { inParallel } from '../core/in-parallel.ts';

/** `inParallel`, the limit first. */
export async function forEachAtMost<T>(
  limit: number,
  items: Iterable<T>,
  step: (item: T) => Promise<void>,
): Promise<void> {
  await inParallel(items, limit, step);
}

/** The items in order, in groups of `size`; the last may be smaller. */
export function* inBatches<T>(size: number, items: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
