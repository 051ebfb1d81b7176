// How often each thing happened in all histories, so that a generator that never does something is noticed.

export class Census {
  readonly #counts = new Map<string, number>();

  note(what: string, times = 1): void {
    this.#counts.set(what, this.count(what) + times);
  }

  count(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  add(other: Census): void {
    for (const [what, times] of other.#counts) this.note(what, times);
  }

  /** What begins so, without that beginning, most frequent first. */
  under(prefix: string): [string, number][] {
    return [...this.#counts]
      .filter(([what]) => what.startsWith(prefix))
      .map(([what, times]): [string, number] => [what.slice(prefix.length), times])
      .sort(([, a], [, b]) => b - a);
  }
}
