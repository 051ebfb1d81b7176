// What happens to one environment, in order, for the one who waits for it. Nothing is lost while nobody waits.

export class Happenings<Happening> {
  readonly #happened: Happening[] = [];
  #waiting: PromiseWithResolvers<Happening> | undefined;

  add(happening: Happening): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting.resolve(happening);
    else this.#happened.push(happening);
  }

  /** One waiter at a time. */
  async next(): Promise<Happening> {
    const [happening] = this.#happened.splice(0, 1);
    if (happening !== undefined) return happening;
    this.#waiting = Promise.withResolvers<Happening>();
    return await this.#waiting.promise;
  }
}
