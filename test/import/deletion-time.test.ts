// Deletions take time, and a run's time ends: what was deleted by then is committed, the rest is for the next run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANN } from '../contract/sample-records.ts';
import { letter, startRuns } from './runs-under-test.ts';

test('a run that has no more time to delete commits what it deleted, and the next run goes on', async () => {
  const mail = Array.from({ length: 35 }, (_, index) => letter(`uidl-${index}`, `mail ${index}`));
  await using runs = await startRuns(mail);
  const first = await runs.runDeleting({ onServer: 'delete' }, 1);
  assert.deepEqual(
    [first.outcome, first.counts.stored, first.deletions.outcome],
    ['complete', 35, 'committed'],
  );
  const deleted = first.deletions.entries.length;
  assert.ok(deleted >= 10 && deleted < 35, `${deleted} were deleted`);
  assert.equal(runs.server.maildrop.length, 35 - deleted);
  const marks: (string | undefined)[] = [];
  for await (const record of runs.ledger.records(ANN))
    if (record.state === 'stored') marks.push(record.mark?.kind);
  assert.equal(marks.filter((mark) => mark === 'deleted').length, deleted);
  assert.equal(marks.filter((mark) => mark === undefined).length, 35 - deleted);
  const second = await runs.runDeleting({ onServer: 'delete' }, Infinity);
  assert.deepEqual(
    [second.outcome, second.counts.known, second.deletions.entries.length],
    ['complete', 35 - deleted, 35 - deleted],
  );
  assert.equal(runs.server.maildrop.length, 0);
});
