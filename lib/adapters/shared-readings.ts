// Remembers what was read under a name for a while, and lets all who want it at the same time share one reading. Never
// remembers a failure.

export interface SharedReadingsOptions {
  readonly maxAgeMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

interface Reading<Value> {
  readonly startedAt: number;
  readonly value: Promise<Value>;
}

export class SharedReadings<Value> {
  readonly #maxAgeMs: number;
  readonly #now: () => number;
  /** The last of each name, also while it is under way. */
  readonly #readings = new Map<string, Reading<Value>>();
  /** Those under way that `readAnew` began. */
  readonly #renewals = new Map<string, Promise<Value>>();

  constructor({ maxAgeMs, now }: SharedReadingsOptions) {
    this.#maxAgeMs = maxAgeMs;
    this.#now = now;
  }

  async get(name: string, read: () => Promise<Value>): Promise<Value> {
    const last = this.#readings.get(name);
    // A clock that was set back makes nothing younger.
    const isFresh = last !== undefined && Math.abs(this.#now() - last.startedAt) < this.#maxAgeMs;
    return await (isFresh ? last.value : this.#read(name, read));
  }

  /** Whatever is remembered. Those that ask for it at the same time share one reading, but not one that `get` began. */
  async readAnew(name: string, read: () => Promise<Value>): Promise<Value> {
    const underWay = this.#renewals.get(name);
    if (underWay !== undefined) return await underWay;
    const renewal = this.#read(name, read);
    this.#renewals.set(name, renewal);
    try {
      return await renewal;
    } finally {
      if (this.#renewals.get(name) === renewal) this.#renewals.delete(name);
    }
  }

  /** What was read is not of now any more. A reading that is under way is not remembered either. */
  forget(name: string): void {
    this.#readings.delete(name);
    this.#renewals.delete(name);
  }

  async #read(name: string, read: () => Promise<Value>): Promise<Value> {
    const reading = { startedAt: this.#now(), value: read() };
    this.#readings.set(name, reading);
    try {
      return await reading.value;
    } catch (error) {
      if (this.#readings.get(name) === reading) this.#readings.delete(name);
      throw error;
    }
  }
}
