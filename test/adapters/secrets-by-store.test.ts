// Each reference leads to its own store, and in Lambda none leads to the machine.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { LocalSecrets } from '../../lib/adapters/local-secrets.ts';
import { SecretsByStore } from '../../lib/adapters/secrets-by-store.ts';
import type { SecretRef } from '../../lib/core/account.ts';
import { Secret } from '../../lib/core/secret.ts';
import type { Secrets } from '../../lib/ports/access.ts';
import { testSecretsContract } from '../contract/secrets-contract.ts';
import type { OpenedSecrets } from '../contract/secrets-contract.ts';
import { failureOf } from '../support/failure-of.ts';
import { fixedSecrets } from '../support/fixed-secrets.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NOWHERE: Secrets = {
  get: async () => assert.fail('asked the wrong store'),
  renew: async () => assert.fail('asked the wrong store'),
  put: async () => assert.fail('asked the wrong store'),
};

testSecretsContract('local files', async () => await openFiles((local) => local));
testSecretsContract(
  'secrets by store',
  async () => await openFiles((local) => new SecretsByStore({ aws: NOWHERE, local })),
);

const STORES: readonly SecretRef['store'][] = ['env', 'file', 'command', 'secretsmanager', 'ssm'];

test('each store is asked for its own secrets, to renew them, and to keep others', async () => {
  const [aws, local] = [changing('of aws'), changing('local')];
  const secrets = new SecretsByStore({ aws, local });
  for (const store of STORES) {
    const expected = store === 'secretsmanager' || store === 'ssm' ? 'of aws' : 'local';
    assert.equal((await secrets.get({ store, locator: 'a' })).reveal(), expected);
    assert.equal((await secrets.renew({ store, locator: 'a' }))?.reveal(), `${expected}, renewed`);
    await secrets.put({ store, locator: 'a' }, new Secret(`for ${store}`));
    const kept = (expected === 'of aws' ? aws : local).kept;
    assert.equal(kept.at(-1), `for ${store}`);
  }
});

test('without a machine that may be asked its secrets are unavailable, and the hint says where to put them', async () => {
  const secrets = new SecretsByStore({ aws: fixedSecrets(new Secret('of aws')) });
  for (const store of ['env', 'file', 'command'] as const) {
    const ref = { store, locator: 'NAME' };
    const value = new Secret('hunter2');
    for (const call of [() => secrets.get(ref), () => secrets.renew(ref), () => secrets.put(ref, value)]) {
      const error = await failureOf(call);
      assert.deepEqual([error.code, error.retryable], ['SECRET_UNAVAILABLE', false]);
      assert.match(error.message, new RegExp(`${store}:NAME`));
      assert.match(error.hint ?? '', /secretsmanager:ID.*ssm:/);
    }
  }
  assert.equal((await secrets.get({ store: 'ssm', locator: '/a' })).reveal(), 'of aws');
});

test('the machine has none of the secrets of AWS', async () => {
  for (const store of ['secretsmanager', 'ssm'] as const) {
    const error = await failureOf(
      async () => await new LocalSecrets({ a: 'b' }).get({ store, locator: 'a' }),
    );
    assert.equal(error.code, 'SECRET_UNAVAILABLE');
    assert.match(error.message, /AWS/);
  }
});

function changing(value: string): Secrets & { readonly kept: readonly string[] } {
  const kept: string[] = [];
  return {
    kept,
    get: async () => new Secret(value),
    renew: async () => new Secret(`${value}, renewed`),
    put: async (_ref, put) => {
      kept.push(put.reveal());
      return 'kept';
    },
  };
}

async function openFiles(wrap: (local: LocalSecrets) => Secrets): Promise<OpenedSecrets> {
  const folder = await temporaryFolder();
  const pathOf = (name: string): string => join(folder.path, name);
  return {
    secrets: wrap(new LocalSecrets({})),
    refTo: (name) => ({ store: 'file', locator: pathOf(name) }),
    keep: async (name, value) => await writeFile(pathOf(name), value),
    [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose](),
  };
}
