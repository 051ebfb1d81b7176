// What has to be closed when a command ends, in the reverse of the order in which it was opened.

export class Closers {
  readonly #closers: (() => Promise<void> | void)[] = [];

  add(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  /** All of it, whatever fails. Safe to repeat. @throws what failed first */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    // oxlint-disable-next-line typescript/only-throw-error -- what was thrown is passed on as it is
    if (failures.length > 0) throw failures[0];
  }
}
