// Shows that long work on an account goes on: numbers that count on a terminal, a line now and then elsewhere. On standard
// error, so that standard output is the report's alone.

const REDRAW_EVERY_MS = 100;
/** Without a terminal. */
const LINE_EVERY_MS = 30_000;
const ERASE_LINE = '\r\x1b[2K';

export class CountProgress {
  readonly #accountId: string;
  readonly #stream: NodeJS.WriteStream;
  readonly #live: boolean;
  #shownAt = performance.now();
  #isDrawn = false;

  /** @param live the stream is a terminal */
  constructor(accountId: string, stream: NodeJS.WriteStream, live: boolean) {
    this.#accountId = accountId;
    this.#stream = stream;
    this.#live = live;
  }

  /** @param describe what is done so far; asked only when it is time to show it */
  show(describe: () => string): void {
    const now = performance.now();
    if (now - this.#shownAt < (this.#live ? REDRAW_EVERY_MS : LINE_EVERY_MS)) return;
    this.#shownAt = now;
    const text = `${this.#accountId}: ${describe()}`;
    this.#stream.write(this.#live ? `${ERASE_LINE}${text}` : `${text}\n`);
    this.#isDrawn = this.#live;
  }

  /** Leaves nothing on the screen. Safe to repeat. */
  close(): void {
    if (this.#isDrawn) this.#stream.write(ERASE_LINE);
    this.#isDrawn = false;
  }
}
