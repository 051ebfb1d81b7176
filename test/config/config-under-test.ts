// A configuration with one account, changed where a test wants it, and what is wrong with it in words.

import assert from 'node:assert/strict';
import type { Config } from '../../lib/config/config.ts';
import { parseConfig } from '../../lib/config/load-config.ts';
import type { Account } from '../../lib/core/account.ts';

const PATH = '/etc/ferry/mailferry.yaml';
const ACCOUNT = { id: 'a', host: 'pop.example.com', user: 'ann', auth: { password: 'env:PASSWORD' } };

/** @param changes to the file, beside the one account it has */
export function configWith(changes: object): Config {
  return parseConfig(JSON.stringify({ archive: 'mail', accounts: [ACCOUNT], ...changes }), PATH);
}

export function accountWith(changes: object): Account {
  const config = configWith({ accounts: [{ ...ACCOUNT, ...changes }] });
  return config.accounts[0] ?? assert.fail('no account');
}

/** The lines of the one error, without the first. */
export function problemsWith(changes: object): string[] {
  try {
    configWith(changes);
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error, String(error));
    assert.equal(error.code, 'CONFIG_INVALID');
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return assert.fail('the configuration was accepted');
}

export function problemsOfAccountWith(changes: object): string[] {
  return problemsWith({ accounts: [{ ...ACCOUNT, ...changes }] });
}
