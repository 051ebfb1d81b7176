// Two processes, one call at a time: whose turn it is comes from a seed. One of them may fall asleep and wake when the
// other is through.

import { setImmediate as whenAllWait } from 'node:timers/promises';
import { Dice } from './dice.ts';

export interface Nap {
  /** Which process, by index. */
  readonly who: 0 | 1;
  /** It falls asleep at this step of its own. */
  readonly atStep: number;
  /** The clock moves on so far meanwhile. */
  readonly forMs: number;
}

export interface TurnOrder {
  readonly seed: number;
  /** How likely the same process goes on. */
  readonly stickiness: number;
  readonly nap: Nap | null;
}

interface Waiting {
  readonly who: number;
  go(): void;
}

/** So often nobody may be found waiting: whatever a process does between two calls takes no longer. */
const MOST_IDLE_ROUNDS = 1000;

export class Turns {
  readonly #order: TurnOrder;
  readonly #dice: Dice;
  readonly #onNap: (forMs: number) => void;
  #waiting: Waiting[] = [];
  #last = 0;
  #nap: 'to come' | 'asleep' | 'over';

  constructor(order: TurnOrder, onNap: (forMs: number) => void) {
    this.#order = order;
    this.#dice = new Dice(order.seed);
    this.#onNap = onNap;
    this.#nap = order.nap ? 'to come' : 'over';
  }

  /** Resolves when it is this process's turn. */
  async wait(who: number): Promise<void> {
    await new Promise<void>((go) => {
      this.#waiting.push({ who, go });
    });
  }

  /** Told of each step, before its turn. */
  stepped(who: number, step: number): void {
    const { nap } = this.#order;
    if (this.#nap !== 'to come' || !nap || nap.who !== who || step < nap.atStep) return;
    this.#nap = 'asleep';
    this.#onNap(nap.forMs);
  }

  /** Deals out turns until all processes are through. */
  async deal(processes: readonly Promise<unknown>[]): Promise<void> {
    const running = new Set(processes);
    for (const process of processes) {
      const forget = (): void => void running.delete(process);
      process.then(forget, forget);
    }
    let idle = 0;
    while (running.size > 0) {
      await whenAllWait();
      if (this.#waiting.length === 0) {
        idle += 1;
        if (running.size > 0 && idle > MOST_IDLE_ROUNDS) throw new Error('a process waits for nothing');
        continue;
      }
      idle = 0;
      this.#next().go();
    }
  }

  #next(): Waiting {
    const awake = this.#waiting.filter(({ who }) => this.#nap !== 'asleep' || who !== this.#order.nap?.who);
    if (awake.length === 0) this.#nap = 'over';
    const ready = awake.length > 0 ? awake : this.#waiting;
    const same = ready.filter(({ who }) => who === this.#last);
    const chosen = this.#dice.pick(
      same.length > 0 && this.#dice.chance(this.#order.stickiness) ? same : ready,
    );
    this.#waiting = this.#waiting.filter((waiting) => waiting !== chosen);
    this.#last = chosen.who;
    return chosen;
  }
}
