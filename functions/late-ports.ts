// Adapters that most invocations never need: loaded, and their client made, when they are first used. A poll that finds nothing
// new starts without them; what is loaded at all invocations is what a cold start costs.

import type { EventSink, JobQueue } from '../lib/ports/work.ts';

/** @param open called once, when the first event is to be published; again if it failed */
export function lateEventSink(open: () => Promise<EventSink & Disposable>): EventSink & Disposable {
  const late = new Late(open);
  return {
    publish: async (events) => {
      if (events.length > 0) await (await late.get()).publish(events);
    },
    [Symbol.dispose]: () => late[Symbol.dispose](),
  };
}

/** @param open called once, when the first job is to be enqueued; again if it failed */
export function lateJobQueue<Job>(
  open: () => Promise<JobQueue<Job> & Disposable>,
): JobQueue<Job> & Disposable {
  const late = new Late(open);
  return {
    enqueue: async (job) => {
      await (await late.get()).enqueue(job);
    },
    [Symbol.dispose]: () => late[Symbol.dispose](),
  };
}

class Late<T extends Disposable> implements Disposable {
  readonly #open: () => Promise<T>;
  #opened: Promise<T> | undefined;

  constructor(open: () => Promise<T>) {
    this.#open = open;
  }

  async get(): Promise<T> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return await this.#opened;
  }

  [Symbol.dispose](): void {
    void this.#opened?.then(
      (opened) => opened[Symbol.dispose](),
      () => undefined,
    );
  }
}
