// Work that goes on beside its caller: so much of it, by number and by octets, and no more.

export interface WorkLimits {
  readonly pieces: number;
  /** All pieces together. The one that exceeds them is still taken. */
  readonly octets: number;
}

export class WorkUnderWay {
  readonly #limits: WorkLimits;
  #pieces = 0;
  #octets = 0;
  #waiting: (() => void)[] = [];

  constructor(limits: WorkLimits) {
    this.#limits = limits;
  }

  /** Resolves when another piece may begin. */
  async room(): Promise<void> {
    while (this.#pieces >= this.#limits.pieces || this.#octets >= this.#limits.octets) await this.#change();
  }

  async idle(): Promise<void> {
    while (this.#pieces > 0) await this.#change();
  }

  /** Begins at once, whether there is room or not. @param work never rejects */
  begin(octets: number, work: () => Promise<void>): void {
    this.#pieces += 1;
    this.#octets += octets;
    void work().finally(() => {
      this.#pieces -= 1;
      this.#octets -= octets;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const go of waiting) go();
    });
  }

  async #change(): Promise<void> {
    await new Promise<void>((go) => this.#waiting.push(go));
  }
}
