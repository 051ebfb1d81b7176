// Groups of items, for services that take so many in one call.

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
