// Ends what makes no progress: a timer that every sign of life starts anew, and that stands still while others are waited for,
// and while this process is stopped itself: a laptop sleeps, a job is suspended, Lambda freezes.

/**
 * The time is counted in so many pieces. A process that was stopped finds its timers overdue, and its worker's answers unread
 * behind them: a piece that ends late by more than its own length is counted again.
 */
const PIECES = 10;

export class Watchdog {
  readonly #timeoutMs: number;
  readonly #onStall: () => void;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #pauses = 0;
  #isStopped = false;

  /**
   * Runs at once.
   * @param onStall called at most once, after `timeoutMs` without `touch` or `during`
   * @param now milliseconds of a clock that never goes back
   */
  constructor(timeoutMs: number, onStall: () => void, now = (): number => performance.now()) {
    this.#timeoutMs = timeoutMs;
    this.#onStall = onStall;
    this.#now = now;
    this.touch();
  }

  /** Progress was made. */
  touch(): void {
    clearTimeout(this.#timer);
    if (this.#isStopped || this.#pauses > 0) return;
    this.#wait(PIECES);
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

  #wait(pieces: number): void {
    const pieceMs = this.#timeoutMs / PIECES;
    const begun = this.#now();
    this.#timer = setTimeout(() => {
      const wasStopped = this.#now() - begun > 2 * pieceMs;
      if (wasStopped) this.#wait(pieces);
      else if (pieces > 1) this.#wait(pieces - 1);
      else {
        this.stop();
        this.#onStall();
      }
    }, pieceMs);
  }
}
