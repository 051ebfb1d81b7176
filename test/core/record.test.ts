// A message that cannot be fetched: counted run by run, and after the third set aside.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failedAgain } from '../../lib/core/record.ts';
import type { FailedRecord } from '../../lib/core/record.ts';
import { failedRecord, uidlOf } from '../contract/sample-records.ts';

const UIDL = uidlOf('a');

function failure(run: number): Parameters<typeof failedAgain>[1] {
  const error = { code: 'POP3_COMMAND_REFUSED', message: `refused in run ${run}`, hint: 'run again' };
  return { uidl: UIDL, firstSeen: run * 1000, runId: `run-${run}`, failedAt: run * 1000 + 1, error };
}

test('a first failure is remembered with what went wrong', () => {
  assert.deepEqual(failedAgain(undefined, failure(1)), { ...failure(1), state: 'failed', attempts: 1 });
});

test('the third failure sets the message aside, and each keeps its first sight and its own error', () => {
  let record: FailedRecord | undefined;
  const states: string[] = [];
  for (let run = 1; run <= 4; run += 1) {
    record = failedAgain(record, failure(run));
    states.push(`${record.state} ${record.attempts}`);
    assert.equal(record.firstSeen, 1000);
    assert.equal(record.failedAt, failure(run).failedAt);
    assert.deepEqual(record.error, failure(run).error);
  }
  assert.deepEqual(states, ['failed 1', 'failed 2', 'quarantined 3', 'quarantined 4']);
});

test('a message that was put back has three attempts again', () => {
  const putBack = failedRecord(UIDL, { attempts: 0 });
  const first = failedAgain(putBack, failure(1));
  const second = failedAgain(first, failure(2));
  assert.deepEqual([first.state, second.state], ['failed', 'failed']);
  assert.equal(failedAgain(second, failure(3)).state, 'quarantined');
});
