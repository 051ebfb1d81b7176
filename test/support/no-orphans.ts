// After a SIGKILL nobody ends a process's children for it: they have to notice. Never signals anything itself.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesOfGroup } from './process-facts.ts';

const ORPHAN_PATIENCE_MS = 5_000;

/** Resolves when no process of the group runs any more. @param group its number */
export async function assertNoOrphans(group: number): Promise<void> {
  const deadline = Date.now() + ORPHAN_PATIENCE_MS;
  while (processesOfGroup(group).length > 0) {
    assert.ok(Date.now() < deadline, `children live on: ${processesOfGroup(group).join(' ')}`);
    await sleep(20);
  }
}
