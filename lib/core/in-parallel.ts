// Works through a source with several items under way at a time, and never reads further ahead than that.

/**
 * Items are begun in the order of the source.
 * @param work of one item; its first failure ends the whole, once what is under way has ended
 * @throws what the source or `work` throws
 */
export async function inParallel<T>(
  source: AsyncIterable<T> | Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const items = iteratorOf(source);
  const failures: unknown[] = [];
  const hands: Promise<void>[] = [];
  let isExhausted = false;
  // Each hand takes the next item once it is done with one: an item costs the same however many are under way.
  const takeTurns = async (): Promise<void> => {
    try {
      while (!isExhausted && failures.length === 0) {
        const next = await items.next();
        if (next.done === true) isExhausted = true;
        else if (failures.length === 0) {
          if (hands.length < atOnce) hands.push(takeTurns());
          await work(next.value);
        }
      }
    } catch (error) {
      failures.push(error);
    }
  };
  hands.push(takeTurns());
  // Those that join meanwhile are waited for too.
  for (const hand of hands) await hand;
  if (failures.length === 0) return;
  await items.return?.();
  throw failures[0];
}

function iteratorOf<T>(source: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}
