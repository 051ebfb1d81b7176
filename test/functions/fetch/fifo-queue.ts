// A FIFO queue of SQS by a virtual clock: groups that wait for their first message, visibility, deduplication, and a place for
// what failed too often.

export interface QueuedMessage {
  readonly id: string;
  readonly group: string;
  readonly body: string;
  /** Times it was received. */
  readonly receives: number;
}

interface Held extends QueuedMessage {
  visibleAt: number;
  receives: number;
}

export interface FifoQueueOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly visibilityMs: number;
  readonly maxReceives: number;
}

const DEDUPLICATION_MS = 5 * 60_000;

export class FifoQueue {
  readonly #options: FifoQueueOptions;
  readonly #sentAt = new Map<string, number>();
  #held: Held[] = [];
  #count = 0;
  /** What failed too often. */
  readonly dead: QueuedMessage[] = [];

  constructor(options: FifoQueueOptions) {
    this.#options = options;
  }

  send(group: string, deduplicationId: string, body: string): void {
    const now = this.#options.now();
    const before = this.#sentAt.get(deduplicationId);
    if (before !== undefined && now - before < DEDUPLICATION_MS) return;
    this.#sentAt.set(deduplicationId, now);
    this.#count += 1;
    this.#held.push({ id: `m${this.#count}`, group, body, receives: 0, visibleAt: now });
  }

  /** A group of which a message is with somebody gives out no other. */
  receive(most: number): QueuedMessage[] {
    const { now, visibilityMs, maxReceives } = this.#options;
    const given: Held[] = [];
    const blocked = new Set(
      this.#held.filter(({ visibleAt }) => visibleAt > now()).map(({ group }) => group),
    );
    const held = this.#held;
    for (const message of held) {
      if (blocked.has(message.group) || given.length >= most) continue;
      if (message.receives >= maxReceives) {
        this.dead.push({ ...message });
        this.delete(message.id);
        continue;
      }
      message.receives += 1;
      given.push(message);
    }
    for (const message of given) message.visibleAt = now() + visibilityMs;
    return given.map((message) => ({ ...message }));
  }

  delete(id: string): void {
    this.#held = this.#held.filter((message) => message.id !== id);
  }

  /** That it was done was not heard: it is given out again, after what is with somebody now. */
  giveAgain(message: QueuedMessage): void {
    if (this.#held.some(({ id }) => id === message.id)) return;
    this.#held.unshift({ ...message, visibleAt: this.#options.now() });
  }

  /** Epoch milliseconds when a message can be received that cannot now; `undefined` if none is there. */
  get nextAt(): number | undefined {
    const firsts = new Map<string, number>();
    for (const { group, visibleAt } of this.#held) {
      firsts.set(group, Math.max(firsts.get(group) ?? -Infinity, visibleAt));
    }
    return firsts.size === 0 ? undefined : Math.min(...firsts.values());
  }

  get bodies(): string[] {
    return this.#held.map(({ body }) => body);
  }
}
