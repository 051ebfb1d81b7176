// What every Secrets adapter promises, wherever secrets are kept. Never looks behind the port but to put secrets there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { SecretRef } from '../../lib/core/account.ts';
import { Secret } from '../../lib/core/secret.ts';
import type { Secrets } from '../../lib/ports/access.ts';
import { failureOf } from '../support/failure-of.ts';

/** For one test. */
export interface OpenedSecrets extends AsyncDisposable {
  readonly secrets: Secrets;
  /** Names nothing while nothing was kept there. */
  readonly refTo: (name: string) => SecretRef;
  /** Puts a value there, or in the place of the one that is. */
  readonly keep: (name: string, value: string) => Promise<void>;
}

const VALUES = [' pa ss:wörd ', '"quoted"', '{"a":"b"}', 'パスワード', 'a\\n', 'x'.repeat(1000)];

/** @param name of the adapter, for the titles of the tests */
export function testSecretsContract(
  name: string,
  open: () => Promise<OpenedSecrets>,
  skip: string | false = false,
): void {
  const check = (promise: string, body: (opened: OpenedSecrets) => Promise<void>): void => {
    test(`${name}: ${promise}`, { skip }, async () => {
      await using opened = await open();
      await body(opened);
    });
  };
  testGetting(check);
  testRenewing(check);
  testPutting(check);
}

type Check = (promise: string, body: (opened: OpenedSecrets) => Promise<void>) => void;

function testGetting(check: Check): void {
  check('a secret is given as it is kept, without one line end', async ({ secrets, refTo, keep }) => {
    for (const [index, value] of VALUES.entries()) {
      for (const lineEnd of ['', '\n', '\r\n']) {
        const name = `value-${index}-${lineEnd.length}`;
        await keep(name, value + lineEnd);
        assert.equal((await secrets.get(refTo(name))).reveal(), value);
      }
    }
  });

  check('a secret is not shown by accident', async ({ secrets, refTo, keep }) => {
    await keep('one', 'hunter2');
    const secret = await secrets.get(refTo('one'));
    for (const shown of [inspect(secret, { depth: 9 }), JSON.stringify({ secret }), String(secret)])
      assert.doesNotMatch(shown, /hunter2/);
    assert.doesNotMatch(inspect(secrets, { depth: 9, showHidden: true }), /hunter2/);
  });

  check('what is absent or empty is SECRET_UNAVAILABLE, and named', async ({ secrets, refTo, keep }) => {
    await keep('empty', '\n');
    for (const ref of [refTo('absent'), refTo('empty')]) {
      const error = await failureOf(async () => await secrets.get(ref));
      assert.deepEqual([error.code, error.scope], ['SECRET_UNAVAILABLE', 'account']);
      assert.ok(error.message.includes(`${ref.store}:${ref.locator}`), error.message);
      assert.match(error.hint ?? '', /./);
    }
  });

  check('what was absent a moment ago can be there now', async ({ secrets, refTo, keep }) => {
    await failureOf(async () => await secrets.get(refTo('late')));
    await keep('late', 'hunter2');
    assert.equal((await secrets.get(refTo('late'))).reveal(), 'hunter2');
  });
}

function testRenewing(check: Check): void {
  check('while a secret stays the same there is no other', async ({ secrets, refTo, keep }) => {
    const ref = refTo('same');
    await keep('same', 'hunter2');
    await secrets.get(ref);
    for (let time = 0; time < 3; time += 1) assert.equal(await secrets.renew(ref), undefined);
    assert.equal((await secrets.get(ref)).reveal(), 'hunter2');
  });

  check('a secret that was refused is the one of now after renewing it', async ({ secrets, refTo, keep }) => {
    const ref = refTo('changing');
    await keep('changing', 'hunter1');
    assert.equal((await secrets.get(ref)).reveal(), 'hunter1');
    for (const value of ['hunter2', 'hunter3']) {
      await keep('changing', value);
      const renewed = await secrets.renew(ref);
      if (renewed !== undefined) assert.equal(renewed.reveal(), value);
      assert.equal((await secrets.get(ref)).reveal(), value);
    }
  });
}

function testPutting(check: Check): void {
  check(
    'what is put there is given from then on, and there is no other',
    async ({ secrets, refTo, keep }) => {
      const ref = refTo('rotated');
      await keep('rotated', 'first');
      assert.equal((await secrets.get(ref)).reveal(), 'first');
      for (const value of [...VALUES, 'with a line end\n']) {
        assert.equal(await secrets.put(ref, new Secret(value)), 'kept');
        assert.equal((await secrets.get(ref)).reveal(), value);
        assert.equal(await secrets.renew(ref), undefined);
      }
    },
  );

  check('who reads it for the first time afterwards gets what was put', async ({ secrets, refTo, keep }) => {
    await keep('unread', 'first');
    await secrets.put(refTo('unread'), new Secret('second'));
    assert.equal((await secrets.get(refTo('unread'))).reveal(), 'second');
  });

  check('what was put is not shown by accident', async ({ secrets, refTo, keep }) => {
    await keep('one', 'first');
    await secrets.put(refTo('one'), new Secret('hunter2'));
    assert.doesNotMatch(inspect(secrets, { depth: 9, showHidden: true }), /hunter2/);
  });
}
