// Secrets of AWS are read once an hour for everybody, and anew when a value was refused.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Secret } from '../../lib/core/secret.ts';
import { failureOf } from '../support/failure-of.ts';
import { inSecretsManager, inSsm, openScriptedSecrets } from '../support/scripted-secrets.ts';
import type { ScriptedSecrets } from '../support/scripted-secrets.ts';

const HOUR_MS = 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;
const ONE = inSecretsManager('mail#ann');
const TWO = inSecretsManager('mail#bob');

function values(secrets: readonly (Secret | undefined)[]): (string | undefined)[] {
  return secrets.map((secret) => secret?.reveal());
}

test('a secret is read once in an hour, and a parameter too', async () => {
  await using scripted = await openScriptedSecrets();
  const { secrets, kept, clock } = scripted;
  kept.set('mail', 'hunter1').set('/mail', 'hunter1');
  for (const ref of [inSecretsManager('mail'), inSsm('/mail')]) {
    for (let time = 0; time < 3; time += 1) assert.equal((await secrets.get(ref)).reveal(), 'hunter1');
    assert.equal(scripted.takeCalls(), 1);
    kept.set(ref.locator, 'hunter2');
    clock.nowMs += HOUR_MS - 1;
    assert.equal((await secrets.get(ref)).reveal(), 'hunter1');
    clock.nowMs += 1;
    assert.equal((await secrets.get(ref)).reveal(), 'hunter2');
    assert.equal(scripted.takeCalls(), 1);
  }
});

test('a clock that was set back does not keep a secret for longer than an hour', async () => {
  await using scripted = await openScriptedSecrets();
  scripted.kept.set('mail', 'hunter1');
  await scripted.secrets.get(inSecretsManager('mail'));
  scripted.clock.nowMs -= 2 * HOUR_MS;
  await scripted.secrets.get(inSecretsManager('mail'));
  assert.equal(scripted.takeCalls(), 2);
});

test('whoever asks for one secret at the same time shares one call, whatever JSON key is wanted', async () => {
  await using scripted = await openScriptedSecrets();
  const accounts = Array.from({ length: 20 }, (_, index) => [`account-${index}`, `hunter${index}`] as const);
  scripted.kept.set('mail', JSON.stringify(Object.fromEntries(accounts)));
  const refs = accounts.map(([name]) => inSecretsManager(`mail#${name}`));
  const given = await Promise.all(refs.map(async (ref) => await scripted.secrets.get(ref)));
  assert.deepEqual(
    values(given),
    accounts.map(([, value]) => value),
  );
  for (const ref of refs) await scripted.secrets.get(ref);
  assert.equal(scripted.takeCalls(), 1);
});

test('a failure is shared as well, told to each by its own reference, and not remembered', async () => {
  await using scripted = await openScriptedSecrets();
  const errors = await Promise.all(
    [ONE, TWO].map(async (ref) => await failureOf(async () => await scripted.secrets.get(ref))),
  );
  assert.match(errors[0]?.message ?? '', /secretsmanager:mail#ann /);
  assert.match(errors[1]?.message ?? '', /secretsmanager:mail#bob /);
  assert.equal(scripted.takeCalls(), 1);
  scripted.kept.set('mail', '{"ann":"hunter1"}');
  assert.equal((await scripted.secrets.get(ONE)).reveal(), 'hunter1');
});

test('a value that was refused is read anew, and given if it is another one', async () => {
  await using scripted = await openScriptedSecrets();
  const { secrets, kept } = scripted;
  kept.set('mail', '{"ann":"hunter1","bob":"hunter1"}');
  await Promise.all([secrets.get(ONE), secrets.get(TWO)]);
  assert.equal(await secrets.renew(ONE), undefined);
  assert.equal(scripted.takeCalls(), 2);
  kept.set('mail', '{"ann":"hunter2","bob":"hunter1"}');
  assert.deepEqual(values([await secrets.renew(TWO), await secrets.renew(ONE)]), [undefined, 'hunter2']);
  assert.deepEqual(values([await secrets.get(ONE), await secrets.get(TWO)]), ['hunter2', 'hunter1']);
  assert.equal(scripted.takeCalls(), 2);
});

test('all who were refused with the old value get the new one, together or one after the other', async () => {
  await using scripted = await openScriptedSecrets();
  const { secrets, kept, clock } = scripted;
  kept.set('mail', '{"ann":"hunter1"}');
  await secrets.get(ONE);
  kept.set('mail', '{"ann":"hunter2"}');
  const together = await Promise.all([1, 2, 3].map(async () => await secrets.renew(ONE)));
  assert.deepEqual(values(together), ['hunter2', 'hunter2', 'hunter2']);
  assert.equal(scripted.takeCalls(), 2);
  clock.nowMs += 2 * MINUTE_MS;
  assert.deepEqual(values([await secrets.renew(ONE)]), ['hunter2']);
  // By now nobody has the old one any more.
  clock.nowMs += 4 * MINUTE_MS;
  assert.equal(await secrets.renew(ONE), undefined);
});

test('a secret that changed when its hour was over is news for those who have the old one', async () => {
  await using scripted = await openScriptedSecrets();
  const { secrets, kept, clock } = scripted;
  kept.set('mail', '{"ann":"hunter1"}');
  await secrets.get(ONE);
  clock.nowMs += HOUR_MS;
  kept.set('mail', '{"ann":"hunter2"}');
  await secrets.get(ONE);
  assert.deepEqual(values([await secrets.renew(ONE)]), ['hunter2']);
});

test('a secret that nobody was given yet is renewed by reading it', async () => {
  await using scripted = await openScriptedSecrets();
  scripted.kept.set('mail', '{"ann":"hunter1"}');
  assert.deepEqual(values([await scripted.secrets.renew(ONE)]), ['hunter1']);
  assert.equal(await scripted.secrets.renew(ONE), undefined);
});

test('a reading that was under way when a value was refused is not what is given for it', async () => {
  await using scripted = await openScriptedSecrets();
  const { secrets, kept } = scripted;
  const held = holdFirstAnswer(scripted);
  kept.set('mail', '{"ann":"hunter1"}');
  const early = secrets.get(ONE);
  await held.asked;
  kept.set('mail', '{"ann":"hunter2"}');
  assert.deepEqual(values([await secrets.renew(ONE)]), ['hunter2']);
  held.release();
  assert.equal((await early).reveal(), 'hunter1');
  assert.equal((await secrets.get(ONE)).reveal(), 'hunter2');
});

test('a reading that fails late does not make another one forgotten', async () => {
  await using scripted = await openScriptedSecrets();
  const { secrets, kept } = scripted;
  const held = holdFirstAnswer(scripted);
  const early = failureOf(async () => await secrets.get(ONE));
  await held.asked;
  kept.set('mail', '{"ann":"hunter2"}');
  assert.deepEqual(values([await secrets.renew(ONE)]), ['hunter2']);
  held.release();
  assert.match((await early).message, /ResourceNotFoundException/);
  assert.equal((await secrets.get(ONE)).reveal(), 'hunter2');
  assert.equal(scripted.takeCalls(), 2);
});

/** The first call is answered by what is kept when it comes, and not before it is released. */
function holdFirstAnswer({ proxy }: ScriptedSecrets): { asked: Promise<void>; release: () => void } {
  const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const answerAtOnce = proxy.faultOf;
  proxy.faultOf = async (request) => {
    proxy.faultOf = answerAtOnce;
    const answer = await answerAtOnce(request);
    asked.resolve();
    await released.promise;
    return answer;
  };
  return { asked: asked.promise, release: released.resolve };
}

// In a process of its own, that tells which clients of the SDK are loaded when.
const LOADING = `
  import { registerHooks } from 'node:module';
  const loaded = new Set();
  registerHooks({ resolve: (name, context, next) => {
    if (name.startsWith('@aws-sdk/client-')) loaded.add(name);
    return next(name, context);
  } });
  const { AwsSecrets } = await import(process.argv[1]);
  const secrets = new AwsSecrets({ region: 'us-east-1', maxAttempts: 1 });
  console.log([...loaded].join());
  await secrets.get({ store: 'ssm', locator: '/mail' }).catch(() => undefined);
  console.log([...loaded].join());
`;

test('a client of the SDK is loaded when it is first needed, and no other', async () => {
  const adapter = new URL('../../lib/adapters/aws-secrets.ts', import.meta.url).href;
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:9',
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', LOADING, adapter],
    { env },
  );
  assert.deepEqual(stdout.split('\n'), ['', '@aws-sdk/client-ssm', '']);
});
