// The names of what changed are those of the configuration file, and no value is among them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedKeys } from '../../../lib/cli/accounts/changed-keys.ts';
import { configSchema } from '../../../lib/config/schema.ts';
import type { Account } from '../../../lib/core/account.ts';
import { accountsOfEveryKind, sampleAccount } from '../../contract/sample-accounts.ts';
import { passwordAuth } from '../../support/account-defaults.ts';

const ACCOUNT = sampleAccount();
const LIMITS = ACCOUNT.limits;
const PASSWORD = { store: 'secretsmanager', locator: 'mail/passwords#ann' } as const;

test('each key is named as it is written', () => {
  const changes: readonly (readonly [Partial<Account>, string])[] = [
    [{ host: 'h' }, 'host'],
    [{ port: 1 }, 'port'],
    [{ tls: 'none' }, 'tls'],
    [{ caPem: 'pem' }, 'caFile'],
    [{ caFile: '/ca.pem', caPem: 'pem' }, 'caFile'],
    [{ allowPrivateNetwork: true }, 'allowPrivateNetwork'],
    [{ user: 'u' }, 'user'],
    [{ auth: passwordAuth('ssm', PASSWORD.locator) }, 'auth'],
    [{ auth: passwordAuth(PASSWORD.store, 'other') }, 'auth'],
    [{ pins: ['a'.repeat(43)] }, 'pins'],
    [{ clientCertificate: { certificate: PASSWORD, key: PASSWORD } }, 'clientCertificate'],
    [{ proxy: { url: 'socks5://proxy.example.com', password: undefined } }, 'proxy'],
    [{ pipelining: 'never' }, 'pipelining'],
    [{ schedule: { everyMinutes: 16 } }, 'schedule'],
    [{ schedule: { cron: '0 3 * * *', timezone: 'UTC' } }, 'schedule'],
    [{ paused: true }, 'paused'],
    [{ onServer: 'delete' }, 'onServer'],
    [{ onServer: { deleteAfterDays: 1 } }, 'onServer'],
    [{ pauseDeletions: true }, 'pauseDeletions'],
    [{ limits: { ...LIMITS, messageOctets: 1 } }, 'limits.messageBytes'],
    [{ limits: { ...LIMITS, runMessages: 1 } }, 'limits.runMessages'],
    [{ limits: { ...LIMITS, runOctets: 1 } }, 'limits.runBytes'],
    [{ limits: { ...LIMITS, deletionsPerRun: 1 } }, 'limits.deletionsPerRun'],
  ];
  for (const [change, key] of changes) {
    const changed = { ...ACCOUNT, ...change };
    assert.deepEqual(changedKeys(ACCOUNT, changed), [key]);
    assert.deepEqual(changedKeys(changed, ACCOUNT), [key]);
  }
  const named = new Set(changes.map(([, key]) => key.split('.')[0]));
  const written = new Set(Object.keys(configSchema.shape.accounts.element.shape));
  // An account is told by its id; `insecure` only permits a value of `tls`.
  for (const key of ['id', 'insecure']) assert.ok(written.delete(key));
  assert.deepEqual(named, written);
});

test('the same account has no changed key, whatever the order in which it is written', () => {
  for (const account of accountsOfEveryKind()) {
    const reordered = { ...account, limits: reversed(account.limits), auth: reversed(account.auth) };
    assert.deepEqual(changedKeys(account, reordered), []);
    assert.deepEqual(changedKeys(account, { ...account, schedule: reversed(account.schedule) }), []);
  }
});

function reversed<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).toReversed()) as T;
}
