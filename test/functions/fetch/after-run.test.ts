// What a run means for its message, for a drain, and for those who watch.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backlogOfPoll, countRun, judgeRun, toEndedSlice } from '../../../functions/fetch/after-run.ts';
import type { Verdict } from '../../../functions/fetch/after-run.ts';
import type { FetchWatch } from '../../../functions/fetch/fetch-ports.ts';
import type { RunRecord } from '../../../lib/core/run-record.ts';
import { deletionEntry, runRecord, uidlOf } from '../../contract/sample-records.ts';

type Counts = Partial<RunRecord['counts']>;

const NONE: RunRecord['counts'] = {
  listed: 9,
  known: 0,
  stored: 0,
  duplicate: 0,
  skipped: 0,
  quarantined: 0,
  failed: 0,
  deferred: 0,
};

function run(outcome: RunRecord['outcome'], codes: readonly string[] = [], counts: Counts = {}): RunRecord {
  const errors = codes.map((code) => ({ code, message: 'it went wrong' }));
  return runRecord('run-1', {
    outcome,
    errors,
    counts: {
      ...NONE,
      ...counts,
    },
  });
}

const VERDICTS: readonly [run: RunRecord, isProgressSettled: boolean, verdict: Verdict][] = [
  [run('complete'), true, 'done'],
  [run('complete'), false, 'done'],
  [run('partial', ['POP3_COMMAND_REFUSED']), true, 'done'],
  [run('stopped', ['POP3_AUTH_FAILED']), true, 'stopped'],
  [run('stopped', ['POP3_AUTH_FAILED']), false, 'broken'],
  [run('stopped', ['TIME_UP']), true, 'stopped'],
  [run('stopped', ['LEDGER_FAILED']), true, 'stopped'],
  [run('stopped', ['LEDGER_FAILED']), false, 'broken'],
  [run('stopped', ['LEASE_HELD']), false, 'busy'],
  [run('stopped', ['POP3_TIMEOUT', 'LEASE_LOST']), true, 'busy'],
  [run('stopped', ['INTERNAL']), true, 'broken'],
  [run('stopped', ['RUN_UNBALANCED']), true, 'broken'],
  [run('stopped', ['INTERNAL', 'LEASE_LOST']), true, 'broken'],
];

for (const [record, isSettled, verdict] of VERDICTS) {
  const codes = record.errors.map(({ code }) => code).join(', ');
  test(`${record.outcome} (${codes}), ${isSettled ? 'known' : 'unknown'} to those who come later: ${verdict}`, () => {
    assert.equal(judgeRun(record, isSettled), verdict);
  });
}

test('a drain is begun for what a poll left, or had no time or no room to find out', () => {
  assert.equal(backlogOfPoll(run('complete', [], { deferred: 3 })), 3);
  assert.equal(backlogOfPoll(run('partial', ['POP3_TIMEOUT'], { deferred: 3 })), 3);
  assert.equal(backlogOfPoll(run('complete')), 0);
  assert.equal(backlogOfPoll(run('stopped', ['TIME_UP'], { listed: 0 })), 1);
  assert.equal(backlogOfPoll(run('stopped', ['TIME_UP'], { deferred: 7 })), 7);
  assert.equal(backlogOfPoll(run('stopped', ['SPOOL_FAILED'], { deferred: 7 })), 7);
  assert.equal(backlogOfPoll(run('stopped', ['POP3_CONNECTION_LOST'], { deferred: 7 })), 0);
});

test('a slice that an error ended is the last of its drain, unless the error is that its time was up', () => {
  assert.equal(
    toEndedSlice(run('stopped', ['POP3_CONNECTION_LOST'], { stored: 5, deferred: 4 }), 9),
    undefined,
  );
  assert.equal(toEndedSlice(run('stopped', ['SPOOL_FAILED'], { deferred: 4 }), 9), undefined);
  assert.deepEqual(toEndedSlice(run('stopped', ['TIME_UP'], { stored: 5, deferred: 4 }), 9), {
    fetched: 5,
    backlog: 4,
  });
  assert.deepEqual(toEndedSlice(run('complete', [], { stored: 9 }), 9), { fetched: 9, backlog: 0 });
});

test('what is found stored counts as fetched only if there is less left than before', () => {
  const record = run('complete', [], { duplicate: 5, deferred: 3, failed: 1 });
  assert.equal(toEndedSlice(record, 5)?.fetched, 5);
  assert.equal(toEndedSlice(record, 4)?.fetched, 0);
  assert.equal(toEndedSlice(run('complete', [], { stored: 2, duplicate: 5, deferred: 4 }), 4)?.fetched, 2);
});

function counted(record: RunRecord, verdict: Verdict): Record<string, number> {
  const counts: Record<string, number> = {};
  const silent = (): void => undefined;
  const watch: FetchWatch = {
    count: (metric, value) => {
      counts[metric] = value;
    },
    info: silent,
    warn: silent,
    error: silent,
  };
  countRun(record, verdict, watch);
  return counts;
}

test('every number there is an alarm for is counted, and none that is nought', () => {
  assert.deepEqual(counted(run('complete'), 'done'), { OctetsFetched: 7 });
  const all = {
    ...run('stopped', ['POP3_AUTH_FAILED', 'ARCHIVE_CORRUPT', 'ARCHIVE_CORRUPT'], {
      stored: 1,
      duplicate: 2,
      failed: 3,
      quarantined: 40,
    }),
    notices: [{ code: 'UIDL_TURNOVER', message: 'other UIDLs' } as const],
    quarantined: [uidlOf('a'), uidlOf('b')],
    deletions: {
      outcome: 'committed',
      entries: [deletionEntry(uidlOf('c')), { ...deletionEntry(uidlOf('d')), dele: 'refused' } as const],
    } as const,
  };
  assert.deepEqual(counted(all, 'stopped'), {
    MessagesStored: 1,
    MessagesDuplicate: 2,
    OctetsFetched: 7,
    MessagesFailed: 3,
    MessagesQuarantined: 2,
    MessagesDeleted: 1,
    RunsStopped: 1,
    AuthFailures: 1,
    ArchiveCorrupt: 2,
    UidlTurnovers: 1,
  });
});

test('a run that gave way was not stopped by an error; one that lost its lease is an alarm', () => {
  assert.deepEqual(counted(run('stopped', ['LEASE_HELD']), 'busy'), { OctetsFetched: 7 });
  assert.deepEqual(counted(run('stopped', ['LEASE_LOST']), 'busy'), { OctetsFetched: 7, LeaseLost: 1 });
});
