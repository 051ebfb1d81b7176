// So many at a time and no more: for work on a service that takes many small calls at once.

/**
 * Takes the items one by one and keeps at most `limit` steps under way. After a failure no further item is taken, and
 * what is under way is waited for.
 * @throws what the step threw that failed first
 */
export async function forEachAtMost<T>(
  limit: number,
  items: Iterable<T>,
  step: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    while (failures.length === 0) {
      const next = iterator.next();
      if (next.done === true) return;
      try {
        await step(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, work));
  // oxlint-disable-next-line typescript/only-throw-error -- what was thrown is passed on as it is
  if (failures.length > 0) throw failures[0];
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
