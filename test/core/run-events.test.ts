// What others are told of a run: from its record alone, and in the same words each time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toRunEvents } from '../../lib/core/run-events.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import { accountProgress, deletionEntry, runRecord, uidlOf } from '../contract/sample-records.ts';

const FACTS = { hashUidl: (uidl: string) => `hash of ${uidl}`, progress: undefined };
const ENDED = '2025-01-02T00:00:00.002Z';
const UIDL = uidlOf('a secret of the sender');

const FULL: RunRecord = runRecord('run-7', {
  outcome: 'stopped',
  errors: [
    { code: 'POP3_AUTH_FAILED', message: 'no ann@mail.example here' },
    { code: 'POP3_AUTH_FAILED', message: 'again' },
  ],
  notices: [{ code: 'UIDL_TURNOVER', message: 'other UIDLs' }],
  deletions: { outcome: 'committed', entries: [deletionEntry(UIDL)] },
  quarantined: [UIDL],
});

test('a run is told of in CloudEvents, its end last', () => {
  const events = toRunEvents(FULL, FACTS);
  assert.deepEqual(
    events.map(({ type }) => type),
    [
      'mailferry.message.deleted',
      'mailferry.message.quarantined',
      'mailferry.account.uidl-turnover',
      'mailferry.account.auth-failed',
      'mailferry.run.completed',
    ],
  );
  for (const event of events) {
    assert.equal(event.specversion, '1.0');
    assert.equal(event.source, 'mailferry/ann');
    assert.equal(event.time, ENDED);
    assert.ok(event.id.startsWith('run-7/'));
  }
  assert.equal(new Set(events.map(({ id }) => id)).size, 5, 'each has an id of its own');
  assert.deepEqual(events.at(-1)?.data, {
    account: 'ann',
    runId: 'run-7',
    outcome: 'stopped',
    startedAt: '2025-01-02T00:00:00.000Z',
    endedAt: ENDED,
    counts: FULL.counts,
    octets: 7,
    errors: ['POP3_AUTH_FAILED'],
    notices: ['UIDL_TURNOVER'],
  });
});

test('the same run is told of in the same words each time', () => {
  assert.deepEqual(toRunEvents(FULL, FACTS), toRunEvents(structuredClone(FULL), FACTS));
});

test('neither a UIDL nor the words of a server are told', () => {
  const told = JSON.stringify(toRunEvents(FULL, { ...FACTS, hashUidl: () => 'hash' }));
  assert.doesNotMatch(told, /secret|mail\.example/);
});

test('a token that was refused is told of as a password that was', () => {
  const errors = [{ code: 'TOKEN_REFUSED', message: 'invalid_grant' }];
  const types = (outcome: RunRecord['outcome']): string[] =>
    toRunEvents(runRecord('run-1', { outcome, errors }), FACTS).map(({ type }) => type);
  assert.deepEqual(types('stopped'), ['mailferry.account.auth-failed', 'mailferry.run.completed']);
  assert.deepEqual(types('partial'), ['mailferry.run.completed']);
});

test('only deletions that the server confirmed are told of', () => {
  const types = (deletions: RunRecord['deletions']): string[] =>
    toRunEvents(runRecord('run-1', { deletions }), FACTS).map(({ type }) => type);
  const entries = [deletionEntry(UIDL)];
  assert.deepEqual(types({ outcome: 'unknown', entries }), ['mailferry.run.completed']);
  const refused = [{ ...deletionEntry(UIDL), dele: 'refused' } as const];
  assert.deepEqual(types({ outcome: 'committed', entries: refused }), ['mailferry.run.completed']);
  assert.equal(types({ outcome: 'committed', entries }).length, 2);
});

test('messages are told apart by what they are: the same one twice is one', () => {
  const one = deletionEntry(uidlOf('one'));
  const sameUidl = { ...one, sha256: deletionEntry(uidlOf('other')).sha256 };
  const sameOctets = { ...one, uidl: uidlOf('two') };
  const entries = [one, sameUidl, sameOctets, one];
  const run = runRecord('run-1', { deletions: { outcome: 'committed', entries } });
  const ids = toRunEvents(run, FACTS).map(({ id }) => id);
  assert.equal(ids.length, 4);
  assert.equal(new Set(ids).size, 4);
});

test("when the account is tried again is told of the account's last run, and of no other", () => {
  const next = (lastRunId: string): unknown => {
    const progress = accountProgress({ lastRunId, nextAttemptAt: Date.UTC(2026, 0, 1) });
    const event = toRunEvents(FULL, { ...FACTS, progress }).find(({ type }) => type.endsWith('auth-failed'));
    return event?.data;
  };
  assert.deepEqual(next('run-7'), {
    account: 'ann',
    runId: 'run-7',
    nextAttemptAt: '2026-01-01T00:00:00.000Z',
  });
  assert.deepEqual(next('run-8'), { account: 'ann', runId: 'run-7', nextAttemptAt: null });
});

test('a run of an earlier version, which kept no list of what it set aside, is told of too', () => {
  const { quarantined: _, ...old } = FULL;
  assert.equal(toRunEvents(old, FACTS).length, 4);
});
