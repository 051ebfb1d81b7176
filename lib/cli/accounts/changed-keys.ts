// What of an account differs between two of its configurations, by the names the keys have in mailferry.yaml. Names only: the
// values are nobody's business on a screen. Pure.

import type { Account, ImportLimits } from '../../core/account.ts';

const CONFIGURED_AS: Readonly<Record<Exclude<keyof Account, 'id' | 'limits'>, string>> = {
  host: 'host',
  port: 'port',
  tls: 'tls',
  caFile: 'caFile',
  caPem: 'caFile',
  allowPrivateNetwork: 'allowPrivateNetwork',
  user: 'user',
  auth: 'auth',
  pins: 'pins',
  clientCertificate: 'clientCertificate',
  proxy: 'proxy',
  pipelining: 'pipelining',
  schedule: 'schedule',
  paused: 'paused',
  onServer: 'onServer',
  pauseDeletions: 'pauseDeletions',
};

const LIMITS_CONFIGURED_AS: Readonly<Record<keyof ImportLimits, string>> = {
  messageOctets: 'limits.messageBytes',
  runMessages: 'limits.runMessages',
  runOctets: 'limits.runBytes',
  deletionsPerRun: 'limits.deletionsPerRun',
};

/** @returns each once, in the order of the configuration; empty if the two are the same */
export function changedKeys(before: Account, after: Account): readonly string[] {
  const changed = [
    ...differingKeys(CONFIGURED_AS, before, after),
    ...differingKeys(LIMITS_CONFIGURED_AS, before.limits, after.limits),
  ];
  return [...new Set(changed)];
}

function differingKeys<Key extends string>(
  names: Readonly<Record<Key, string>>,
  before: Readonly<Record<Key, unknown>>,
  after: Readonly<Record<Key, unknown>>,
): string[] {
  const keys = Object.keys(names) as Key[];
  return keys.filter((key) => textOf(before[key]) !== textOf(after[key])).map((key) => names[key]);
}

/** The same for the same value, whatever the order of its keys. */
function textOf(value: unknown): string | undefined {
  const isObject = typeof value === 'object' && value !== null;
  return JSON.stringify(
    isObject ? Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)) : value,
  );
}
