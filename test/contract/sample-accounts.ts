// Accounts for the contract suites: every rule an account can have, with values that can be told apart.

import type { Account, AccountId } from '../../lib/core/account.ts';
import { ANN } from './sample-records.ts';
import { STRAIGHT_WAY, passwordAuth } from '../support/account-defaults.ts';

export function sampleAccount(changes: Partial<Account> = {}): Account {
  return {
    id: ANN,
    host: 'pop.example.com',
    port: 995,
    tls: 'implicit',
    caFile: undefined,
    caPem: undefined,
    ...STRAIGHT_WAY,
    allowPrivateNetwork: false,
    user: 'ann@example.com',
    auth: passwordAuth('secretsmanager', 'mail/passwords#ann'),
    onServer: 'keep',
    pauseDeletions: false,
    limits: {
      messageOctets: undefined,
      runMessages: undefined,
      runOctets: undefined,
      deletionsPerRun: 1000,
    },
    schedule: { everyMinutes: 15 },
    paused: false,
    ...changes,
  };
}

/** Accounts with the same rules, called `<prefix>-0`, `<prefix>-1` and so on. */
export function manyAccounts(prefix: string, count: number, changes: Partial<Account> = {}): Account[] {
  return Array.from({ length: count }, (_, index) =>
    sampleAccount({ id: `${prefix}-${index}` as AccountId, ...changes }),
  );
}

export function accountsOfEveryKind(): Account[] {
  const limits = { messageOctets: 1, runMessages: 2, runOctets: 5_000_000_000, deletionsPerRun: 4 };
  return [
    sampleAccount(),
    sampleAccount({ port: 110, tls: 'starttls', onServer: 'delete', limits }),
    sampleAccount({ port: 1, tls: 'none', allowPrivateNetwork: true, onServer: { deleteAfterDays: 30 } }),
    sampleAccount({ caPem: '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n' }),
    sampleAccount({ auth: passwordAuth('ssm', '/mail/“ann”\u{1f980}'), pauseDeletions: true }),
    sampleAccount({ limits: { ...limits, messageOctets: undefined, runOctets: undefined }, paused: true }),
    sampleAccount({ schedule: { cron: '0 3 * * 1-5', timezone: 'Europe/Berlin' } }),
  ];
}
