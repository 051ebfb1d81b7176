// Access tokens are asked for before they end, once for all who want one, and a refusal is believed once what was shown is known
// to be what is kept.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { MailferryError } from '../../lib/core/errors.ts';
import { failureOf } from '../support/failure-of.ts';
import { oauth2Account, TOKEN_URL } from '../support/oauth2-account.ts';
import { HOUR_MS, tokenRig } from './token-rig.ts';

const ACCOUNT = oauth2Account();

function refused(): MailferryError {
  return new MailferryError('no', { code: 'TOKEN_REFUSED', scope: 'account', retryable: false });
}

test('a token is used for 80 % of its life, then another one is asked for', async () => {
  const rig = tokenRig();
  assert.equal(await rig.tokenOf(ACCOUNT), 'access-1');
  rig.clock.nowMs += 0.8 * HOUR_MS - 1;
  assert.equal(await rig.tokenOf(ACCOUNT), 'access-1');
  rig.clock.nowMs += 1;
  assert.equal(await rig.tokenOf(ACCOUNT), 'access-2');
  assert.equal(rig.asked.length, 2);
});

test('its life begins when it is asked for, not when it comes', async () => {
  const rig = tokenRig();
  rig.answer = async () => {
    rig.clock.nowMs += HOUR_MS / 2;
    return {};
  };
  await rig.tokenOf(ACCOUNT);
  rig.clock.nowMs += 0.3 * HOUR_MS;
  assert.equal(await rig.tokenOf(ACCOUNT), 'access-2');
});

test('a token without a lifetime is used for four minutes, and one for a year for a day', async () => {
  for (const [lifetimeS, usedMs] of [
    [undefined, 4 * 60_000],
    [365 * 86_400, 24 * HOUR_MS],
    [0, 0],
  ] as const) {
    const rig = tokenRig();
    rig.answer = async () => ({ lifetimeS });
    await rig.tokenOf(ACCOUNT);
    rig.clock.nowMs += Math.max(0, usedMs - 1);
    if (usedMs > 0) assert.equal(await rig.tokenOf(ACCOUNT), 'access-1');
    rig.clock.nowMs += 1;
    assert.equal(await rig.tokenOf(ACCOUNT), 'access-2', String(lifetimeS));
  }
});

test('a clock that was set back does not keep a token for longer', async () => {
  const rig = tokenRig();
  await rig.tokenOf(ACCOUNT);
  rig.clock.nowMs -= 1;
  assert.equal(await rig.tokenOf(ACCOUNT), 'access-2');
});

test('all who want a token at the same time share one request, also those who renew it', async () => {
  const rig = tokenRig();
  const held = Promise.withResolvers<void>();
  rig.answer = async () => {
    await held.promise;
    return {};
  };
  const wanted = [rig.tokenOf(ACCOUNT), rig.renewedTokenOf(ACCOUNT), rig.tokenOf(ACCOUNT)];
  await new Promise(setImmediate);
  wanted.push(rig.tokenOf(ACCOUNT));
  held.resolve();
  assert.deepEqual(
    await Promise.all(wanted),
    Array.from({ length: 4 }, () => 'access-1'),
  );
  assert.equal(rig.asked.length, 1);
});

test('accounts that are one to the server share a token, others do not', async () => {
  const rig = tokenRig();
  const program = { grant: 'client-credentials', refreshToken: undefined } as const;
  const [one, same] = [oauth2Account(program), oauth2Account(program, { user: 'another' })];
  assert.deepEqual([await rig.tokenOf(one), await rig.tokenOf(same)], ['access-1', 'access-1']);
  const others = [
    oauth2Account({ ...program, clientId: 'other' }),
    oauth2Account({ ...program, scope: 'other' }),
    oauth2Account({ ...program, tokenUrl: `${TOKEN_URL}2` }),
    oauth2Account(program, { allowPrivateNetwork: true }),
  ];
  const tokens = await Promise.all(others.map(async (account) => await rig.tokenOf(account)));
  assert.equal(new Set(['access-1', ...tokens]).size, 5);
});

test('the server is asked as the account says', async () => {
  const rig = tokenRig();
  rig.kept.set('SECRET', 'client-secret');
  const clientSecret = { store: 'env', locator: 'SECRET' } as const;
  const more = { allowPrivateNetwork: true };
  await rig.tokenOf(oauth2Account({ clientSecret }, more));
  await rig.tokenOf(
    oauth2Account({ clientSecret, grant: 'client-credentials', refreshToken: undefined }, more),
  );
  const [refreshing, asProgram] = rig.asked;
  const { clientSecret: shown, ...client } = refreshing?.client ?? assert.fail('nothing was asked');
  assert.deepEqual(client, { tokenUrl: TOKEN_URL, clientId: 'client', scope: 'mail', ...more });
  assert.equal(shown?.reveal(), 'client-secret');
  assert.deepEqual(rig.shown(), ['refresh-0', 'none']);
  assert.equal(asProgram?.client.clientSecret?.reveal(), 'client-secret');
});

test('renewing gives another token at once, and nothing if the server gives the same', async () => {
  const rig = tokenRig();
  await rig.tokenOf(ACCOUNT);
  assert.equal(await rig.renewedTokenOf(ACCOUNT), 'access-2');
  assert.equal(await rig.tokenOf(ACCOUNT), 'access-2');
  rig.answer = async () => ({ token: 'access-2' });
  assert.equal(await rig.renewedTokenOf(ACCOUNT), undefined);
  assert.equal(rig.asked.length, 3);
});

test('a failure is told to all who wait for it, and not remembered', async () => {
  const rig = tokenRig();
  rig.answer = async () => {
    throw new MailferryError('down', { code: 'TOKEN_UNAVAILABLE', scope: 'session', retryable: true });
  };
  const failures = await Promise.all([1, 2].map(async () => await failureOf(() => rig.access.get(ACCOUNT))));
  assert.deepEqual(
    failures.map(({ code }) => code),
    ['TOKEN_UNAVAILABLE', 'TOKEN_UNAVAILABLE'],
  );
  assert.equal(rig.asked.length, 1, 'what passes is not tried again here');
  rig.answer = async () => ({});
  assert.equal(await rig.tokenOf(ACCOUNT), 'access-2');
});

test('what is refused is shown once, as long as nothing else is kept', async () => {
  const rig = tokenRig();
  rig.answer = async () => {
    throw refused();
  };
  assert.equal((await failureOf(() => rig.access.get(ACCOUNT))).code, 'TOKEN_REFUSED');
  assert.equal(rig.asked.length, 1);
});

test('a refresh token that was replaced while it was shown is shown anew, once', async () => {
  const rig = tokenRig();
  rig.answer = async () => {
    rig.kept.set('TOKEN', `refresh-${rig.asked.length}`);
    throw refused();
  };
  assert.equal((await failureOf(() => rig.access.get(ACCOUNT))).code, 'TOKEN_REFUSED');
  assert.deepEqual(rig.shown(), ['refresh-0', 'refresh-1']);
  rig.answer = async ({ grant }) => {
    if (grant.kind === 'refresh-token' && grant.refreshToken.reveal() === 'refresh-3') return {};
    rig.kept.set('TOKEN', 'refresh-3');
    throw refused();
  };
  assert.equal(await rig.tokenOf(ACCOUNT), 'access-4');
});

test('a client secret that was remembered and has changed is read anew when it is refused', async () => {
  const rig = tokenRig();
  rig.kept.set('SECRET', 'old');
  const account = oauth2Account({ clientSecret: { store: 'ssm', locator: 'SECRET' } });
  rig.answer = async ({ client }) => {
    if (client.clientSecret?.reveal() === rig.kept.get('SECRET')) return {};
    throw refused();
  };
  await rig.tokenOf(account);
  rig.kept.set('SECRET', 'new');
  rig.clock.nowMs += HOUR_MS;
  assert.equal(await rig.tokenOf(account), 'access-3');
});

test('a token is not shown by accident', async () => {
  const rig = tokenRig();
  const access = await rig.access.get(ACCOUNT);
  for (const shown of [inspect([rig.access, access], { depth: 9, showHidden: true }), JSON.stringify(access)])
    assert.doesNotMatch(shown, /access-1|refresh-0/);
});
