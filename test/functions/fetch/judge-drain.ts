// How a drain may change: one step forward, or to its end; another only when its message was lost. Anything else would be a
// second chain, or one that goes round.

import { isUnderWay } from '../../../lib/core/drain.ts';
import type { Drain } from '../../../lib/core/drain.ts';
import type { FetchWorld } from './fetch-world.ts';

export function accuseWrongChange(
  world: FetchWorld,
  before: Drain | undefined,
  after: Drain | undefined,
): void {
  if (after === undefined) return;
  const isFirst = after.slice === 1 && !after.isSent;
  if (before === undefined || before.id !== after.id) {
    if (!isFirst) world.accusations.push(`a drain begins with slice ${after.slice}`);
    if (isUnderWay(before, world.nowMs)) world.accusations.push('a drain takes the place of one under way');
    return;
  }
  const isNoted = after.slice === before.slice && after.isSent && !before.isSent;
  const isNext = after.slice === before.slice + 1 && !after.isSent;
  if (!isNoted && !isNext) {
    world.accusations.push(`a drain goes from ${JSON.stringify(before)} to ${JSON.stringify(after)}`);
  }
}
