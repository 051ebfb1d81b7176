// What has to reach the disk goes there in rounds: all that came while one was under way share the next. A journal is written
// once for a round, not once for a file, and whoever makes a new file meanwhile need not wait for it (measured on ext4: 40
// messages wait for one commit instead of each for its own). Where several came, a few more are waited for: each of them is one of
// many under way. Who comes alone goes at once.

import { setTimeout as sleep } from 'node:timers/promises';
import { syncPath } from './durable-names.ts';

/** A round of this size is worth its commit. */
const ENOUGH = 32;
const GATHERING_MS = 10;

/** One file on its way to a durable name. */
export interface DiskStep {
  /** Makes its octets durable, if they are not yet. */
  sync(): Promise<void>;
  /** Gives it the name, if it has none. @returns the folders in which names have to be durable now */
  name(): Iterable<string>;
}

interface Waiting {
  readonly step: DiskStep;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

export class DiskRounds {
  #waiting: Waiting[] = [];
  #isUnderWay = false;

  /** Octets and names are durable when it resolves. @throws what the step or the disk throws; others are not touched by it */
  async make(step: DiskStep): Promise<void> {
    await new Promise<void>((done, fail) => {
      this.#waiting.push({ step, done, fail });
      if (!this.#isUnderWay) void this.#goOn();
    });
  }

  async #goOn(): Promise<void> {
    this.#isUnderWay = true;
    for (let hasCompany = false; this.#waiting.length > 0;) {
      if (hasCompany && this.#waiting.length < ENOUGH) await sleep(GATHERING_MS);
      const round = this.#waiting;
      this.#waiting = [];
      hasCompany = round.length > 1;
      await makeRound(round);
    }
    this.#isUnderWay = false;
  }
}

async function makeRound(round: readonly Waiting[]): Promise<void> {
  const alive = new Set(round);
  const unless = (waiting: Waiting, error: unknown): void => {
    alive.delete(waiting);
    waiting.fail(error);
  };
  await Promise.all(
    round.map(async (waiting) => {
      await waiting.step.sync().catch((error: unknown) => unless(waiting, error));
    }),
  );
  const byFolder = new Map<string, Waiting[]>();
  for (const waiting of alive) {
    try {
      for (const folder of waiting.step.name())
        byFolder.set(folder, [...(byFolder.get(folder) ?? []), waiting]);
    } catch (error) {
      unless(waiting, error);
    }
  }
  await Promise.all(
    Array.from(byFolder, async ([folder, named]) => {
      await syncPath(folder).catch((error: unknown) => {
        for (const waiting of named) unless(waiting, error);
      });
    }),
  );
  for (const { done } of alive) done();
}
