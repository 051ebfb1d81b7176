// What one message leaves in the store, written beside the parsing of others: a worker that waits for a disk parses nothing.

import type { WorkUnderWay } from '../core/work-under-way.ts';

export class DerivedPuts {
  readonly #work: WorkUnderWay;
  readonly #puts: Promise<{ readonly error: unknown } | undefined>[] = [];

  /** @param work what all messages together may have under way */
  constructor(work: WorkUnderWay) {
    this.#work = work;
  }

  /** Waits for room only. @param put what goes wrong with it is thrown by `all` */
  async begin(octets: number, put: () => Promise<void>): Promise<void> {
    await this.#work.room();
    const { promise, resolve } = Promise.withResolvers<{ error: unknown } | undefined>();
    this.#puts.push(promise);
    this.#work.begin(octets, async () => {
      try {
        await put();
        resolve(undefined);
      } catch (error) {
        resolve({ error });
      }
    });
  }

  /** Everything is in the store. Nothing is under way any more when it throws. @throws the first thing that went wrong */
  async all(): Promise<void> {
    for (const failure of await Promise.all(this.#puts)) if (failure) throw failure.error;
  }
}
