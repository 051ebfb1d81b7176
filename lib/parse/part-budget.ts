// How many parts there may still be: of a message, or of all messages within it together.

export class PartBudget {
  #left: number;

  constructor(partCount: number) {
    this.#left = partCount;
  }

  /** For each part that begins. @returns `false` if it is the last: everything behind its delimiter has to be one part */
  take(): boolean {
    this.#left -= 1;
    return this.#left > 0;
  }
}
