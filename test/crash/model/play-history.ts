// Plays a history to its end and on to rest, and says what was wrong with it.

import type { Census } from './census.ts';
import { judgeEnd } from './final-invariants.ts';
import type { History, Operation } from './history.ts';
import { applyEvent } from './mailbox-events.ts';
import { NO_QUIRKS } from './quirks.ts';
import { rot } from './rot.ts';
import { comeToRest, retryQuarantined } from './rest.ts';
import { runAlone, runRace } from './run-process.ts';
import { PLAIN_POLICY, World } from './world.ts';

/** @returns the accusations; none if all is well */
export async function playHistory(history: History, census: Census): Promise<readonly string[]> {
  const world = foundWorld(history, census);
  try {
    for (const operation of history.operations) {
      await play(world, operation);
      if (world.accusations.length > 0) return world.accusations;
    }
    await comeToRest(world);
    if (world.accusations.length === 0) await judgeEnd(world);
  } catch (error) {
    world.accuse('the model itself', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return world.accusations;
}

function foundWorld({ quirks, policy, knowsTheDead, quietForMs }: History, census: Census): World {
  const world = new World(census);
  world.server.quirks = { ...NO_QUIRKS, ...quirks };
  world.policy = { ...PLAIN_POLICY, ...policy };
  world.knowsTheDead = knowsTheDead;
  world.quietForMs = quietForMs;
  world.hadUidls = world.server.quirks.hasUidl;
  return world;
}

async function play(world: World, operation: Operation): Promise<void> {
  const { census } = world;
  census.note(`operation ${operation.kind}`);
  switch (operation.kind) {
    case 'mail':
    case 'other-client':
    case 'turnover':
      applyEvent(world, operation);
      return;
    case 'run':
      if (operation.stop) census.note(`stop ${operation.stop.how}`);
      if (operation.during) census.note(`during ${operation.during.event.kind}`);
      census.note(`flag ${operation.flag}`);
      await runAlone(world, operation);
      return;
    case 'race': {
      const processes = await runRace(world, operation.order, operation.fates);
      if (processes.some(({ isDead }) => isDead)) census.note('race with a crash');
      return;
    }
    case 'clock':
      census.note(operation.byMs < 0 ? 'clock back' : 'clock forward');
      world.nowMs += operation.byMs;
      return;
    case 'server':
      for (const quirk of Object.entries(operation.quirks)) census.note(`quirk ${quirkName(quirk)}`);
      world.server.quirks = { ...world.server.quirks, ...operation.quirks };
      world.hadUidls ||= world.server.quirks.hasUidl;
      return;
    case 'policy':
      notePolicy(world, operation.policy.onServer);
      world.policy = { ...world.policy, ...operation.policy };
      return;
    case 'rot':
      rot(world, operation.pick);
      return;
    case 'retry':
      await retryQuarantined(world);
  }
}

function quirkName([name, value]: [string, unknown]): string {
  return typeof value === 'string' || typeof value === 'boolean' ? `${name} ${value}` : name;
}

function notePolicy({ census }: World, onServer: World['policy']['onServer'] | undefined): void {
  census.note(`policy ${typeof onServer === 'object' ? 'deleteAfterDays' : onServer}`);
}
