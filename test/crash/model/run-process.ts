// Runs an import as a process of the model: alone, or two at once.

import { MailferryError } from '../../../lib/core/errors.ts';
import type { RunRecord } from '../../../lib/core/run-record.ts';
import { importAccount } from '../../../lib/import/import-account.ts';
import type { RunFate } from './history.ts';
import { Dice } from './dice.ts';
import { applyEvent } from './mailbox-events.ts';
import { Process } from './process.ts';
import type { ProcessFate } from './process.ts';
import { judgeRun } from './run-invariants.ts';
import { steppedPorts } from './stepped-ports.ts';
import { Turns } from './turns.ts';
import type { TurnOrder } from './turns.ts';
import type { World } from './world.ts';

/** So long each step takes by the virtual clock. */
const STEP_MS = 7;

type Pausing = Pick<ProcessFate, 'pause' | 'onStep'>;

/** @returns the process, dead or not; what it returned has been judged */
export async function runAlone(world: World, fate: RunFate): Promise<Process> {
  return await runProcess(world, fate, { pause: unevenly(world) });
}

/** Some calls take longer than others, so that what is under way at the same time ends in any order. The same each time. */
function unevenly(world: World): () => Promise<void> {
  const dice = new Dice(world.attempts.length);
  return async () => {
    if (!dice.chance(1 / 8)) return;
    for (let turns = dice.below(MOST_TURNS); turns > 0; turns -= 1) await Promise.resolve();
  };
}

/** As many as a message takes to come through. */
const MOST_TURNS = 80;

export async function runRace(
  world: World,
  order: TurnOrder,
  fates: readonly [RunFate, RunFate],
): Promise<readonly Process[]> {
  world.hadRaces = true;
  const turns = new Turns(order, (forMs) => {
    world.nowMs += forMs;
    world.census.note('nap');
  });
  const runs = fates.map(
    async (fate, who) =>
      await runProcess(world, fate, {
        pause: async () => await turns.wait(who),
        onStep: (step) => turns.stepped(who, step),
      }),
  );
  await turns.deal(runs);
  return await Promise.all(runs);
}

async function runProcess(world: World, fate: RunFate, pausing: Pausing): Promise<Process> {
  const [stop, abort] = [new AbortController(), new AbortController()];
  const onStep = (step: number): void => {
    world.nowMs += STEP_MS;
    if (step === fate.during?.atStep) applyEvent(world, fate.during.event);
    if (step === fate.stop?.atStep) end(fate.stop.how, stop, abort);
    pausing.onStep?.(step);
  };
  const process = new Process(world.nextName(), {
    crash: fate.crash,
    fault: fate.fault,
    ...(pausing.pause ? { pause: pausing.pause } : {}),
    mustKeep: fate.flag !== 'none',
    onStep,
  });
  process.onDeath(() => world.died(process));
  if (fate.stop?.atStep === 0) end(fate.stop.how, stop, abort);
  const returned = await run(world, process, fate, { stop: stop.signal, abort: abort.signal });
  world.census.note('steps', process.steps);
  if (process.failedAt !== undefined)
    world.census.note(`fault ${fate.fault?.side ?? ''} ${process.failedAt}`);
  if (!process.isDead && returned) {
    world.attempts.push({ process, returned });
    await judgeRun(world, { process, returned }, fate.flag === 'dry-run');
  }
  return process;
}

async function run(
  world: World,
  process: Process,
  { flag }: RunFate,
  signals: { stop: AbortSignal; abort: AbortSignal },
): Promise<RunRecord | undefined> {
  try {
    return await importAccount(world.account, steppedPorts(process, world), {
      ...signals,
      dryRun: flag === 'dry-run',
      noDelete: flag === 'no-delete',
      ...(world.quietForMs === undefined ? {} : { quietForMs: world.quietForMs }),
      observer: {
        planned: (messages, others) => {
          // A run lists again when another was at work since; it plans what it listed last.
          const count = messages.length + others;
          const listing = process.conduct.listings.findLast(({ length }) => length === count);
          if (others > 0) world.census.note('plans of a rest');
          // The others are the first ones, and it says of them all that they are in the archive.
          process.conduct.planned.push(...(listing?.slice(0, others) ?? []));
          for (const { listed } of messages) {
            const message = listing?.[listed.messageNumber - 1];
            if (message) process.conduct.planned.push(message);
          }
        },
      },
    });
  } catch (error) {
    if (!process.isDead) world.accuse('runsNeverThrow', String(error));
    return undefined;
  }
}

function end(how: 'interrupt' | 'time-up' | 'abort', stop: AbortController, abort: AbortController): void {
  const isTimeUp = how === 'time-up';
  const reason = new MailferryError(isTimeUp ? 'the time of the run is up' : 'somebody interrupted the run', {
    code: isTimeUp ? 'TIME_UP' : 'INTERRUPTED',
    scope: 'session',
    retryable: true,
  });
  if (how === 'abort') abort.abort(reason);
  stop.abort(reason);
}
