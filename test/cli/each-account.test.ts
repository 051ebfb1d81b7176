// The accounts of one command in turn, and what may be told as whole.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeMoved, describeStrays, isGood, toMoveJson } from '../../lib/cli/describe-move.ts';
import { describeRebuilt, isWhole, toRebuildJson } from '../../lib/cli/describe-rebuild.ts';
import { eachAccount, isAllDone } from '../../lib/cli/each-account.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import type { AccountId } from '../../lib/core/account.ts';
import type { RebuildReport } from '../../lib/rebuild/rebuild-report.ts';
import { move, portsBetween, TestPlace } from '../move/two-places.ts';
import { accountAt } from '../session/session-under-test.ts';

const ACCOUNTS = ['ann', 'bob', 'zoe'].map((id) => ({ ...accountAt(110), id: id as AccountId }));
const PARSED = { failed: 0 };
const NEVER = new AbortController().signal;

function silently(stop = NEVER): { stop: AbortSignal; json: true; describe: () => string } {
  return { stop, json: true, describe: () => assert.fail('told') };
}

test('what goes wrong with one account keeps no other from its turn, and all is not done', async () => {
  const turns = await eachAccount(ACCOUNTS, silently(), async ({ id }) => {
    if (id === 'bob')
      throw new MailferryError('no', { code: 'LEASE_HELD', scope: 'session', retryable: true });
    return id;
  });
  assert.deepEqual(
    turns.map(({ result, failure }) => result ?? failure?.code),
    ['ann', 'LEASE_HELD', 'zoe'],
  );
  const isGood = ({ failure }: { failure: unknown }): boolean => failure === undefined;
  assert.equal(isAllDone(ACCOUNTS, turns, isGood, PARSED), false);
  const others = turns.filter(isGood);
  assert.equal(isAllDone(ACCOUNTS.slice(1), others, isGood, PARSED), true);
  assert.equal(isAllDone(ACCOUNTS.slice(1), others, isGood, { ...PARSED, error: 'the disk is full' }), false);
});

test('after a stop no further account has its turn, and all is not done', async () => {
  const stop = new AbortController();
  const turns = await eachAccount(ACCOUNTS, silently(stop.signal), async ({ id }) => {
    stop.abort();
    return id;
  });
  assert.equal(turns.length, 1);
  assert.equal(
    isAllDone(ACCOUNTS, turns, () => true, PARSED),
    false,
  );
});

test('a move that did not come to all accounts is not told as complete, though each that had its turn is', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await source.store('one');
  const turns = await eachAccount(ACCOUNTS.slice(0, 1), silently(), async () => {
    return await move(portsBetween(source, target));
  });
  const complete = isAllDone(ACCOUNTS, turns, isGood, PARSED);
  const command = { from: {}, to: {}, parsing: PARSED, complete, strays: ['former'] };
  const json = toMoveJson(turns, command) as { complete: boolean; accounts: { complete: boolean }[] };
  assert.deepEqual([json.complete, json.accounts.map(({ complete }) => complete)], [false, [true]]);
  assert.ok(turns[0] && describeMoved(turns[0]).includes('moved: all of the source is in the target'));
  assert.match(describeStrays(['former'], 'old.yaml') ?? '', /^NOT MOVED.* old\.yaml .*: former$/m);
  assert.equal(describeStrays([], 'old.yaml'), undefined);
});

test('a rebuilding tells how many documents were missing, and is good only if the command is', () => {
  const counts = { objects: 9, recorded: 0, known: 9, left: 0, withoutUidl: 0, unparsed: 4, octets: 1 };
  const account = 'ann' as AccountId;
  const turn = {
    account,
    result: { account, counts, problems: [] } satisfies RebuildReport,
    failure: undefined,
  };
  assert.ok(isWhole(turn));
  assert.match(describeRebuilt(turn, false), /4 without their parsed document: given to the parser/);
  assert.match(describeRebuilt(turn, true), /4 without their parsed document: to be parsed/);
  const json = toRebuildJson([turn], PARSED, false) as { good: boolean };
  assert.equal(json.good, false);
});
