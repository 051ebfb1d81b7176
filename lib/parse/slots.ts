// A counted right to work: so many at a time, the others wait in the order they came.

export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Once for each `acquire`, in a `finally`. */
  release(): void {
    const next = this.#waiting.shift();
    // The slot passes on as it is: whoever comes between finds none free.
    if (next === undefined) this.#free += 1;
    else next();
  }
}
