// Makes up a history from a seed. Likely enough to be life, unlikely enough to be interesting.

import { LEASE_MS } from '../../../lib/core/limits.ts';
import { Dice } from './dice.ts';
import { generateFate } from './generate-fate.ts';
import { generateEvent, generateMail } from './generate-mail.ts';
import { PLAIN_FATE } from './history.ts';
import type { History, Operation } from './history.ts';
import type { ServerQuirks } from './quirks.ts';
import type { OwnerPolicy } from './world.ts';

const HOUR_MS = 60 * 60 * 1000;

const KINDS = {
  run: 8,
  race: 3,
  mail: 3,
  'other-client': 1.5,
  turnover: 1.5,
  clock: 1.5,
  server: 3,
  policy: 1.5,
  rot: 0.5,
  retry: 0.5,
} as const satisfies Record<Operation['kind'], number>;

export function generateHistory(seed: number): History {
  const dice = new Dice(seed);
  // Of fewer than ten messages a run concludes nothing from their going.
  const isCrowded = dice.chance(0.35);
  const operations: Operation[] = [
    { kind: 'mail', arrivals: generateMail(dice, isCrowded ? dice.between(10, 14) : dice.below(6)) },
  ];
  if (isCrowded && dice.chance(0.7)) operations.push({ kind: 'run', ...PLAIN_FATE });
  const length = dice.between(3, 10);
  for (let count = 0; count < length; count += 1) operations.push(...generateOperation(dice));
  return {
    quirks: dice.chance(0.1) ? { hasUidl: false } : {},
    policy: generatePolicy(dice),
    knowsTheDead: dice.chance(0.3),
    operations,
    ...(dice.chance(0.5) ? { quietForMs: dice.pick([0, HOUR_MS, 40 * HOUR_MS]) } : {}),
  };
}

function generateOperation(dice: Dice): Operation[] {
  const kind = dice.weighted(KINDS);
  switch (kind) {
    case 'run':
      return patient(dice, { kind, ...generateFate(dice) });
    case 'race':
      return patient(dice, generateRace(dice));
    case 'mail':
    case 'other-client':
    case 'turnover':
      return [generateEvent(dice, kind)];
    case 'clock':
      return [
        { kind, byMs: dice.chance(0.3) ? -dice.between(1, 30) * HOUR_MS : dice.between(1, 50) * HOUR_MS },
      ];
    case 'server':
      return [{ kind, quirks: generateQuirks(dice) }];
    case 'policy':
      return [{ kind, policy: generatePolicy(dice) }];
    case 'rot':
      return [{ kind, pick: dice.below(20) }];
    case 'retry':
      return [{ kind }];
  }
}

/** After a crash the lease mostly runs out before the next run: else that finds nothing but it. */
function patient(dice: Dice, operation: Operation): Operation[] {
  return dice.chance(0.6) ? [operation, { kind: 'clock', byMs: LEASE_MS + 1 }] : [operation];
}

function generateRace(dice: Dice): Operation {
  const naps = dice.chance(0.7);
  return {
    kind: 'race',
    order: {
      seed: dice.below(1_000_000_000),
      stickiness: dice.pick([0.3, 0.8, 0.95, 0.99]),
      nap: naps
        ? {
            who: dice.chance(0.5) ? 0 : 1,
            atStep: dice.between(5, dice.pick([40, 80])),
            forMs: dice.chance(0.8) ? LEASE_MS + 1 : 1000,
          }
        : null,
    },
    fates: [
      dice.chance(0.35) ? generateFate(dice) : PLAIN_FATE,
      dice.chance(0.15) ? generateFate(dice) : PLAIN_FATE,
    ],
  };
}

function generatePolicy(dice: Dice): Partial<OwnerPolicy> {
  return {
    onServer: dice.chance(0.6)
      ? 'delete'
      : dice.chance(0.5)
        ? 'keep'
        : { deleteAfterDays: dice.between(1, 3) },
    deletionsPerRun: dice.chance(0.3) ? dice.between(2, 4) : 1000,
    pauseDeletions: dice.chance(0.1),
    runMessages: dice.chance(0.15) ? dice.between(2, 4) : undefined,
    messageOctets: dice.chance(0.1) ? dice.between(350, 700) : undefined,
  };
}

function generateQuirks(dice: Dice): Partial<ServerQuirks> {
  const quirk = dice.weighted({
    isExclusive: 1,
    hasUidl: 0.5,
    hasTop: 0.5,
    pipelines: 1,
    losesCommands: 1,
    sizes: 1,
    expires: 1.5,
    inPieces: 0.5,
    quit: 3,
    cut: 3,
    turnedAway: 0.5,
  } satisfies Record<keyof ServerQuirks, number>);
  switch (quirk) {
    case 'sizes':
      return { sizes: dice.pick(['true', 'off', 'half'] as const) };
    case 'quit':
      return { quit: dice.pick(['ok', 'refuse', 'refuse-some', 'drop', 'commit-and-drop'] as const) };
    case 'cut':
      return { cut: { connections: dice.between(1, 3), afterOctets: generateCut(dice) } };
    case 'turnedAway':
      return { turnedAway: dice.between(1, 2) };
    case 'isExclusive':
    case 'hasUidl':
    case 'hasTop':
    case 'pipelines':
    case 'losesCommands':
    case 'expires':
    case 'inPieces':
      return { [quirk]: dice.chance(0.5) };
  }
}

/** Early cuts hit the login and the listing, later ones a message, a DELE or QUIT. */
function generateCut(dice: Dice): number {
  return dice.chance(0.3) ? dice.below(200) : dice.below(5000);
}
