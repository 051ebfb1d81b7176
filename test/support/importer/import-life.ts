// How the time of a whole importer passes: minute after minute until something is so, and then until it rests. A test that waits
// too long says for what.

import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamodbAccountDirectory } from '../../../lib/adapters/dynamodb-account-directory.ts';
import type { AccountId } from '../../../lib/core/account.ts';
import type { AccountView } from '../../../lib/ports/directory.ts';
import type { ImporterRig } from './importer-rig.ts';

export interface ImportLifeOptions {
  readonly rig: ImporterRig;
  /** Past everything that breaks. */
  readonly directory: DynamodbAccountDirectory;
  readonly ids: readonly AccountId[];
  /** Between two minutes of the test. */
  readonly minuteTakesMs: number;
  /** In all. */
  readonly patienceMs: number;
}

/** Scheduler tells of each tenth minute twice. */
const TWICE_EVERY = 10;
/** In a row: what a poll leaves behind comes to light in the next. */
const CALM_MINUTES = 3;

export class ImportLife {
  readonly #options: ImportLifeOptions;
  readonly #endsAt: number;

  constructor(options: ImportLifeOptions) {
    this.#options = options;
    this.#endsAt = Date.now() + options.patienceMs;
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#passMinute();
  }

  /** Until every queue is empty, nobody works, and each account has been looked at and found imported. */
  async untilAtRest(): Promise<void> {
    const { rig } = this.#options;
    for (let calm = 0; calm < CALM_MINUTES;) {
      await this.#passMinute();
      await rig.notifications.settle();
      while ((await rig.servers.fauxqs.held(rig.servers.queues.poll.queue)).length > 0) await sleep(100);
      calm = (await this.#isAtRest()) ? calm + 1 : 0;
    }
  }

  async #passMinute(): Promise<void> {
    const { rig, minuteTakesMs } = this.#options;
    if (Date.now() > this.#endsAt) throw new Error(`it takes too long: ${await this.#describe()}`);
    await rig.tick.next(rig.tick.minutes % TWICE_EVERY === TWICE_EVERY - 1 ? 2 : 1);
    await sleep(minuteTakesMs);
    await this.#resumeAll();
  }

  /** Accounts that wait because a service failed: their owner says that they need not, or the test would take hours. */
  async #resumeAll(): Promise<void> {
    const { directory, ids } = this.#options;
    for (const id of ids) {
      const { state } = await directory.view(id);
      if ((state.progress?.nextAttemptAt ?? 0) > Date.now()) await directory.resume(id);
    }
  }

  async #isAtRest(): Promise<boolean> {
    const { rig, directory, ids } = this.#options;
    for (const { queue } of Object.values(rig.servers.queues)) {
      if ((await rig.servers.fauxqs.held(queue)).length > 0) return false;
    }
    for (const id of ids) {
      if (!isImported(await directory.view(id))) return false;
    }
    return true;
  }

  async #describe(): Promise<string> {
    const { rig, directory, ids } = this.#options;
    const accounts = ids.map(async (id) => {
      const { drain, state } = await directory.view(id);
      const { lastOutcome, backlog, failures } = state.progress ?? {};
      return JSON.stringify({ id, lastOutcome, backlog, failures, slice: drain?.slice, lease: state.lease });
    });
    const faults = Object.entries(rig.functions).map(([name, { usage }]) => [name, usage.faultTypes]);
    const logs = Object.values(rig.functions).map(({ log }) => log.text.slice(-2000));
    return [
      `${rig.notifications.told} objects stored`,
      JSON.stringify(Object.fromEntries(faults)),
      ...(await Promise.all(accounts)),
      ...logs,
    ].join('\n');
  }
}

function isImported({ drain, state: { lease, progress } }: AccountView): boolean {
  const isLeased = (lease?.expiresAt ?? 0) > Date.now();
  return !drain && !isLeased && progress?.lastOutcome === 'complete' && progress.backlog === 0;
}
