// An account as text, and back: nothing lost, nothing guessed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { LOGIN_METHODS } from '../../lib/core/account.ts';
import type { Account, AccountId, SecretRef } from '../../lib/core/account.ts';
import { fromSpec, toSpec } from '../../lib/core/account-spec.ts';
import { sampleAccount } from '../contract/sample-accounts.ts';

const perhaps = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const cap = perhaps(fc.nat());
const method = perhaps(fc.constantFrom(...LOGIN_METHODS));
const secretRef: fc.Arbitrary<SecretRef> = fc.record({
  store: fc.constantFrom('env', 'file', 'command', 'secretsmanager', 'ssm'),
  locator: fc.string(),
});
const accounts: fc.Arbitrary<Account> = fc.record({
  id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/).map((id) => id as AccountId),
  host: fc.string(),
  port: fc.integer({ min: 1, max: 65535 }),
  tls: fc.constantFrom('implicit', 'starttls', 'none'),
  caFile: fc.constant(undefined),
  caPem: fc.option(fc.string(), { nil: undefined }),
  allowPrivateNetwork: fc.boolean(),
  user: fc.string({ unit: 'binary' }),
  auth: fc.oneof(
    fc.record({ kind: fc.constant('password'), password: secretRef, method }),
    fc.record({
      kind: fc.constant('oauth2'),
      grant: fc.constantFrom('refresh-token', 'client-credentials'),
      tokenUrl: fc.string(),
      authorizationUrl: perhaps(fc.string()),
      deviceUrl: perhaps(fc.string()),
      clientId: fc.string(),
      clientSecret: perhaps(secretRef),
      refreshToken: perhaps(secretRef),
      scope: perhaps(fc.string()),
      method,
    }),
  ),
  pins: fc.array(fc.string()),
  clientCertificate: perhaps(fc.record({ certificate: secretRef, key: secretRef })),
  proxy: perhaps(fc.record({ url: fc.string(), password: perhaps(secretRef) })),
  pipelining: fc.constantFrom('auto', 'always', 'never'),
  onServer: fc.oneof(
    fc.constantFrom('keep' as const, 'delete' as const),
    fc.record({ deleteAfterDays: fc.nat() }),
  ),
  pauseDeletions: fc.boolean(),
  limits: fc.record({ messageOctets: cap, runMessages: cap, runOctets: cap, deletionsPerRun: fc.nat() }),
  schedule: fc.oneof(
    fc.record({ everyMinutes: fc.integer({ min: 1, max: 1440 }) }),
    fc.record({ cron: fc.string(), timezone: fc.string() }),
  ),
  paused: fc.boolean(),
});

test('an account comes back exactly as it was, and can be changed by nobody', () => {
  fc.assert(
    fc.property(accounts, (account) => {
      const again = fromSpec(toSpec(account));
      assert.deepEqual(again, structuredClone(account));
      assert.deepEqual(Object.keys(again).sort(), Object.keys(account).sort());
      assert.deepEqual(Object.keys(again.limits).sort(), Object.keys(account.limits).sort());
      for (const part of [again, again.limits, again.auth, again.schedule]) assert.ok(Object.isFrozen(part));
    }),
  );
});

test('the same account gives the same text, in whatever order its fields are', () => {
  fc.assert(
    fc.property(accounts, (account) => {
      const reversed = Object.fromEntries(Object.entries(account).toReversed()) as unknown as Account;
      assert.equal(toSpec(reversed), toSpec(account));
      assert.equal(toSpec(fromSpec(toSpec(account))), toSpec(account));
    }),
  );
});

test('nothing but what an account is gets into the text', () => {
  const more = {
    ...sampleAccount(),
    note: 'a secret',
    auth: { ...sampleAccount().auth, value: 'a secret' },
  };
  assert.equal(toSpec(more), toSpec(sampleAccount()));
});

test('the path of a file is refused', () => {
  assert.throws(() => toSpec(sampleAccount({ caFile: '/etc/ssl/mail.pem' })), {
    code: 'CONFIG_INVALID',
    scope: 'config',
    retryable: false,
  });
});

test('a text that is not as this version writes it is refused, whichever field is missing or of another kind', () => {
  const good = JSON.parse(toSpec(sampleAccount({ onServer: 'delete' }))) as Record<string, unknown>;
  const bad: unknown[] = ['', 'null', '[]', '"text"', '{"version":2}', '{"version":"1"}'];
  for (const name of Object.keys(good)) {
    const { [name]: _left, ...rest } = good;
    bad.push(rest, { ...good, [name]: [1] }, { ...good, [name]: null });
  }
  bad.push({ ...good, onServer: 'Delete' }, { ...good, onServer: { deleteAfterDays: '30' } });
  bad.push(
    { ...good, tls: 'opportunistic' },
    { ...good, id: '../x' },
    { ...good, limits: { runMessages: 5 } },
  );
  bad.push(
    { ...good, schedule: { cron: '* * * * *' } },
    { ...good, auth: { kind: 'password', password: { store: 'disk', locator: 'x' } } },
  );
  for (const spec of bad) {
    const text = typeof spec === 'string' ? spec : JSON.stringify(spec);
    assert.throws(() => fromSpec(text), { code: 'LEDGER_FAILED', retryable: false }, text);
  }
});
