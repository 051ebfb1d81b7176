// Work that goes on beside its caller: so much of it, by number and by octets, and no more.

export interface WorkLimits {
  readonly pieces: number;
  /** All pieces together; one that is larger goes alone. */
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

  hasRoomFor(octets: number): boolean {
    if (this.#pieces === 0) return true;
    return this.#pieces < this.#limits.pieces && this.#octets + octets <= this.#limits.octets;
  }

  async roomFor(octets: number): Promise<void> {
    while (!this.hasRoomFor(octets)) await this.#change();
  }

  get isIdle(): boolean {
    return this.#pieces === 0;
  }

  async idle(): Promise<void> {
    while (!this.isIdle) await this.#change();
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
