// A refresh token that the server replaces is kept before the access token is used; where it cannot be kept, that is said.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailferryError } from '../../lib/core/errors.ts';
import { oauth2Account } from '../support/oauth2-account.ts';
import { HOUR_MS, tokenRig } from './token-rig.ts';
import type { TokenRig } from './token-rig.ts';

const ACCOUNT = oauth2Account();

/** A server that replaces the token each time, and gives nothing for any but the last. */
function rotatingRig(): TokenRig {
  const rig = tokenRig();
  let last = 'refresh-0';
  rig.answer = async ({ grant }) => {
    assert.equal(grant.kind === 'refresh-token' && grant.refreshToken.reveal(), last, 'an old one was shown');
    last = `refresh-${rig.asked.length}`;
    return { refresh: last };
  };
  return rig;
}

async function noticesOf(rig: TokenRig): Promise<readonly string[]> {
  return (await rig.access.get(ACCOUNT)).notices ?? [];
}

test('a replaced refresh token is kept, and shown the next time', async () => {
  const rig = rotatingRig();
  for (let time = 1; time <= 3; time += 1) {
    assert.deepEqual(await noticesOf(rig), []);
    assert.equal(rig.kept.get('TOKEN'), `refresh-${time}`);
    rig.clock.nowMs += HOUR_MS;
  }
});

test('it is kept before anybody gets the access token that came along', async () => {
  const rig = rotatingRig();
  const keep = rig.put;
  const held = Promise.withResolvers<void>();
  rig.put = async (ref, value) => {
    await held.promise;
    return await keep(ref, value);
  };
  let isGiven = false;
  const given = rig.tokenOf(ACCOUNT).then(() => (isGiven = true));
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  assert.deepEqual([rig.asked.length, isGiven], [1, false]);
  held.resolve();
  await given;
});

test('a server that gives the same refresh token, or none, has nothing written', async () => {
  const rig = tokenRig();
  rig.put = async () => assert.fail('it was written');
  for (const answer of [{ refresh: 'refresh-0' }, {}]) {
    rig.answer = async () => answer;
    await rig.renewedTokenOf(ACCOUNT);
  }
  assert.equal(rig.asked.length, 2);
});

test('what another process has put there meanwhile is shown, not what was remembered', async () => {
  const rig = tokenRig();
  await rig.tokenOf(ACCOUNT);
  rig.kept.set('TOKEN', 'refresh-of-another');
  rig.clock.nowMs += HOUR_MS;
  await rig.tokenOf(ACCOUNT);
  assert.deepEqual(rig.shown(), ['refresh-0', 'refresh-of-another']);
});

test('where nothing can be kept this process goes on with the new one, and every run is told', async () => {
  const rig = rotatingRig();
  rig.put = async () => 'unwritable';
  for (let run = 0; run < 3; run += 1) {
    const [notice, ...more] = await noticesOf(rig);
    assert.deepEqual(more, []);
    assert.match(notice ?? '', /env:TOKEN.*could not be kept: env: takes nothing back.*mailferry login a$/);
    assert.match(notice ?? '', /Some servers, such as Microsoft's, take the old one/);
    assert.doesNotMatch(notice ?? '', /refresh-\d/);
    rig.clock.nowMs += HOUR_MS;
  }
  assert.deepEqual(rig.shown(), ['refresh-0', 'refresh-1', 'refresh-2']);
});

test('what could not be kept is tried again whenever a token is wanted, and then nothing more is told', async () => {
  const rig = rotatingRig();
  const keep = rig.put;
  let attempts = 0;
  rig.put = async () => {
    attempts += 1;
    throw new MailferryError('throttled', { code: 'SECRET_UNAVAILABLE', scope: 'account', retryable: true });
  };
  assert.match((await noticesOf(rig))[0] ?? '', /could not be kept: throttled/);
  assert.match((await noticesOf(rig))[0] ?? '', /could not be kept: throttled/);
  rig.clock.nowMs += HOUR_MS;
  assert.match((await noticesOf(rig))[0] ?? '', /could not be kept: throttled/);
  assert.deepEqual([attempts, rig.kept.get('TOKEN')], [3, 'refresh-0']);
  rig.put = keep;
  assert.deepEqual(await noticesOf(rig), []);
  assert.equal(rig.kept.get('TOKEN'), 'refresh-2');
  assert.equal(rig.asked.length, 2);
});

test('a login meanwhile is worth more than what could not be kept', async () => {
  const rig = tokenRig();
  rig.answer = async () => ({ refresh: 'rotated' });
  rig.put = async () => {
    throw new Error('disk full');
  };
  assert.equal((await noticesOf(rig)).length, 1);
  rig.kept.set('TOKEN', 'of a login');
  rig.put = async () => assert.fail('the token of the login was written over');
  assert.deepEqual(await noticesOf(rig), []);
  rig.answer = async () => ({});
  await rig.renewedTokenOf(ACCOUNT);
  assert.deepEqual(rig.shown(), ['refresh-0', 'of a login']);
});

test('a store that cannot be read any more does not stop who has the newest token', async () => {
  const rig = rotatingRig();
  rig.put = async () => 'unwritable';
  await rig.tokenOf(ACCOUNT);
  rig.kept.delete('TOKEN');
  rig.clock.nowMs += HOUR_MS;
  await rig.tokenOf(ACCOUNT);
  assert.deepEqual(rig.shown(), ['refresh-0', 'refresh-1']);
});
