// Makes up what happens to one run.

import type { Dice } from './dice.ts';
import { generateEvent } from './generate-mail.ts';
import type { RunFate } from './history.ts';
import type { Moment } from './process.ts';

/** What a run is about: most of what can go wrong goes wrong here. */
export const VITAL_CALLS = [
  'blobs.put',
  'ledger.commit stored',
  'ledger.mark deleting',
  'write DELE',
  'write QUIT',
  'read QUIT',
] as const;

const OTHER_CALLS = [
  'dial',
  'blobs.verify',
  'parseQueue.enqueue',
  'ledger.commit failed',
  'ledger.commit quarantined',
  'ledger.commit skipped',
  'ledger.mark deleted',
  'ledger.mark nothing',
  'ledger.records next',
  'ledger.setDeletionsUnsettled',
  'ledger.saveProgress',
  'ledger.recordRun',
  'lease.acquire',
  'lease.renew',
  'lease.release',
  'read DELE',
] as const;

/** Most runs are short, and some are not. */
const LATEST_STEPS = [20, 50, 50, 150] as const;

export function generateFate(dice: Dice): RunFate {
  return {
    crash: dice.chance(0.55) ? generateMoment(dice) : null,
    fault: dice.chance(0.25) ? generateMoment(dice) : null,
    stop: dice.chance(0.2)
      ? {
          how: dice.pick(['interrupt', 'time-up', 'abort'] as const),
          atStep: dice.below(dice.pick(LATEST_STEPS)),
        }
      : null,
    during: dice.chance(0.15)
      ? {
          atStep: dice.between(8, dice.pick(LATEST_STEPS)),
          event: generateEvent(dice, dice.pick(['mail', 'other-client', 'turnover'] as const)),
        }
      : null,
    flag: dice.weighted({ none: 20, 'no-delete': 1, 'dry-run': 1 }),
  };
}

/** Of a crash, or of a call that fails. */
function generateMoment(dice: Dice): Moment {
  const side = dice.chance(0.5) ? 'before' : 'after';
  if (dice.chance(0.4)) return { side, step: dice.between(1, dice.pick(LATEST_STEPS)) };
  const occurrence = dice.chance(0.75) ? 1 : dice.between(2, 5);
  return { side, call: dice.pick(dice.chance(0.6) ? VITAL_CALLS : OTHER_CALLS), occurrence };
}
