// Works through a source with several items under way at a time, and never reads further ahead than that.

/**
 * @param work of one item; its first failure ends the whole, once what is under way has ended
 * @throws what the source or `work` throws
 */
export async function inParallel<T>(
  source: AsyncIterable<T> | Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let hasFailed = false;
  try {
    for await (const item of source) {
      if (hasFailed) break;
      const finish = async (): Promise<void> => {
        await work(item);
        underWay.delete(task);
      };
      const task = finish();
      // Told below; until then nobody may be listening.
      task.catch(() => (hasFailed = true));
      underWay.add(task);
      if (underWay.size >= atOnce) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  } finally {
    await Promise.allSettled(underWay);
  }
}
