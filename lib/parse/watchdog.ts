// Ends what makes no progress: a timer that every sign of life starts anew, and that stands still while others are waited for.

export class Watchdog {
  readonly #timeoutMs: number;
  readonly #onStall: () => void;
  #timer: NodeJS.Timeout | undefined;
  #pauses = 0;
  #isStopped = false;

  /** Runs at once. @param onStall called at most once, after `timeoutMs` without `touch` or `during` */
  constructor(timeoutMs: number, onStall: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#onStall = onStall;
    this.touch();
  }

  /** Progress was made. */
  touch(): void {
    clearTimeout(this.#timer);
    if (this.#isStopped || this.#pauses > 0) return;
    this.#timer = setTimeout(() => {
      this.stop();
      this.#onStall();
    }, this.#timeoutMs);
  }

  /** Time that `work` takes is not the watched one's. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#pauses += 1;
    this.touch();
    try {
      return await work();
    } finally {
      this.#pauses -= 1;
      this.touch();
    }
  }

  /** Safe to repeat. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
