// What a poll does with an account, from one look at it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planPoll } from '../../../functions/fetch/plan-poll.ts';
import type { PollPlan } from '../../../functions/fetch/plan-poll.ts';
import { NEW_ACCOUNT_STATE } from '../../../lib/core/account-state.ts';
import type { AccountProgress, AccountState } from '../../../lib/core/account-state.ts';
import { STALE_DRAIN_MS } from '../../../lib/core/drain.ts';
import type { Drain } from '../../../lib/core/drain.ts';
import type { AccountView } from '../../../lib/ports/directory.ts';
import { accountAt } from '../../session/session-under-test.ts';

const NOW = 1_780_000_000_000;
const ACCOUNT = accountAt(110);

function view(changes: Partial<AccountView> = {}): AccountView {
  return {
    applied: { account: ACCOUNT, appliedAt: 1 },
    state: NEW_ACCOUNT_STATE,
    drain: undefined,
    announcedRunId: undefined,
    ...changes,
  };
}

function leasedUntil(expiresAt: number): AccountState {
  return { ...NEW_ACCOUNT_STATE, lease: { owner: 'somebody', expiresAt } };
}

function after(changes: Partial<AccountProgress>): AccountState {
  const progress: AccountProgress = {
    lastRunId: 'run-1',
    lastEndedAt: NOW - 1,
    lastOutcome: 'stopped',
    lastSuccessAt: undefined,
    backlog: 0,
    failures: 1,
    nextAttemptAt: undefined,
    lastListing: undefined,
    suspendedFor: undefined,
    settled: undefined,
    ...changes,
  };
  return { ...NEW_ACCOUNT_STATE, progress };
}

function drainAt(at: number, isSent = true): Drain {
  return { id: 'drain-1', slice: 3, isSent, at, idleSlices: 0 };
}

const RUN: PollPlan = { act: 'run', account: ACCOUNT };
const LATER = { nextAttemptAt: NOW + 1 };
const SUSPENDED = { suspendedFor: 'POP3_AUTH_FAILED' };
const UNSENT = drainAt(NOW, false);

const CASES: readonly [what: string, view: AccountView, plan: PollPlan | string][] = [
  ['nothing speaks against it', view(), RUN],
  ['nobody applied it', view({ applied: undefined }), 'unknown'],
  ['it is paused', view({ applied: { account: { ...ACCOUNT, paused: true }, appliedAt: 1 } }), 'paused'],
  ['somebody is at work', view({ state: leasedUntil(NOW + 1) }), 'leased'],
  ['somebody was at work', view({ state: leasedUntil(NOW) }), RUN],
  ['a drain is under way', view({ drain: drainAt(NOW - STALE_DRAIN_MS + 1) }), 'draining'],
  ['a drain stands still', view({ drain: drainAt(NOW - STALE_DRAIN_MS) }), RUN],
  ['a drain is from the future', view({ drain: drainAt(NOW + STALE_DRAIN_MS) }), RUN],
  ['a drain was not sent', view({ drain: UNSENT }), { act: 'send', drain: UNSENT }],
  [
    'it was not sent, and somebody is at work',
    view({ drain: UNSENT, state: leasedUntil(NOW + 1) }),
    'leased',
  ],
  ['it was not sent long ago', view({ drain: drainAt(NOW - STALE_DRAIN_MS, false) }), RUN],
  ['it is drained, and failed', view({ drain: drainAt(NOW), state: after(LATER) }), 'draining'],
  ['its password is refused', view({ state: after({ ...LATER, ...SUSPENDED }) }), 'suspended'],
  ['its password may be tried again', view({ state: after({ nextAttemptAt: NOW, ...SUSPENDED }) }), RUN],
  ['it has to wait', view({ state: after(LATER) }), 'backing-off'],
  ['it has waited', view({ state: after({ nextAttemptAt: NOW }) }), RUN],
];

for (const [what, seen, expected] of CASES) {
  test(`a poll when ${what}`, () => {
    const plan = typeof expected === 'string' ? { act: 'drop', reason: expected } : expected;
    assert.deepEqual(planPoll(seen, NOW, false), plan);
  });
}

test('a poll that failed before shows whether the failure lasts, but tries no password again', () => {
  assert.deepEqual(planPoll(view({ state: after(LATER) }), NOW, true), RUN);
  const suspended = view({ state: after({ ...LATER, ...SUSPENDED }) });
  assert.deepEqual(planPoll(suspended, NOW, true), { act: 'drop', reason: 'suspended' });
  assert.equal(planPoll(view({ state: leasedUntil(NOW + 1) }), NOW, true).act, 'drop');
});
