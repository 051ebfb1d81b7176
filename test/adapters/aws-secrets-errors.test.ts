// A secret of AWS that cannot be had is SECRET_UNAVAILABLE: the error names the reference and what to do, and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { SecretRef } from '../../lib/core/account.ts';
import { splitSecretsManagerLocator } from '../../lib/core/secret-locator.ts';
import { THROTTLED, UNAVAILABLE } from '../support/aws-fault.ts';
import type { AwsFault } from '../support/aws-fault.ts';
import { failureOf } from '../support/failure-of.ts';
import { inSecretsManager, inSsm, openScriptedSecrets } from '../support/scripted-secrets.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mail/pop-AbCdEf';

test('an id may be an ARN, and what follows the first # is the JSON key', () => {
  for (const [locator, id, jsonKey] of [
    ['mail', 'mail', undefined],
    ['mail#ann', 'mail', 'ann'],
    [ARN, ARN, undefined],
    [`${ARN}#ann:b`, ARN, 'ann:b'],
    ['mail#a#b', 'mail', 'a#b'],
    ['mail#', 'mail', ''],
  ] as const) {
    assert.deepEqual(splitSecretsManagerLocator(locator), { id, jsonKey });
  }
});

test('a text under a key of a JSON object is a secret, and so is a JSON text without a key', async () => {
  await using scripted = await openScriptedSecrets();
  const json = '{"ann":"hunter2","__proto__":"own","":"no name"}';
  scripted.kept.set(ARN, json).set('/mail#ann', 'of a parameter');
  for (const [ref, value] of [
    [inSecretsManager(`${ARN}#ann`), 'hunter2'],
    [inSecretsManager(`${ARN}#__proto__`), 'own'],
    [inSecretsManager(ARN), json],
    [inSsm('/mail#ann'), 'of a parameter'],
  ] as const) {
    assert.equal((await scripted.secrets.get(ref)).reveal(), value);
  }
});

const UNUSABLE: readonly (readonly [kept: string | Uint8Array, key: string, why: RegExp])[] = [
  ['hunter2', '#ann', /no JSON object/],
  ['{"ann":"hunter2"', '#ann', /no JSON object/],
  ['"hunter2"', '#ann', /no JSON object/],
  ['["hunter2"]', '#0', /no JSON object/],
  ['null', '#ann', /no JSON object/],
  ['{"bob":"hunter2"}', '#ann', /no such key/],
  ['{"bob":"hunter2"}', '#toString', /no such key/],
  ['{"bob":"hunter2"}', '#', /no such key/],
  ['{"ann":["hunter2"]}', '#ann', /not a text/],
  ['{"ann":2,"b":"hunter2"}', '#ann', /not a text/],
  ['{"ann":null,"b":"hunter2"}', '#ann', /not a text/],
  ['{"ann":"","b":"hunter2"}', '#ann', /empty/],
  ['', '', /empty/],
  [Buffer.from('hunter2'), '', /binary/],
  [Buffer.from('{"ann":"hunter2"}'), '#ann', /binary/],
];

test('a secret that is no text to log in with says why, and shows neither values nor keys', async () => {
  await using scripted = await openScriptedSecrets();
  for (const [value, key, why] of UNUSABLE) {
    scripted.kept.set('mail', value);
    scripted.clock.nowMs += 2 * 60 * 60 * 1000;
    const ref = inSecretsManager(`mail${key}`);
    for (const call of [() => scripted.secrets.get(ref), () => scripted.secrets.renew(ref)]) {
      const error = await failureOf(call);
      assert.deepEqual([error.code, error.retryable], ['SECRET_UNAVAILABLE', false]);
      assert.match(error.message, why);
      assert.ok(error.message.includes(`secretsmanager:mail${key} `), error.message);
      assertShowsNothing(error);
    }
  }
});

const MAIL = inSecretsManager('mail');
const PARAMETER = inSsm('/mail');

const FAILURES: readonly (readonly [ref: SecretRef, fault: AwsFault, retryable: boolean, hint: RegExp])[] = [
  [MAIL, { status: 400, type: 'ResourceNotFoundException' }, false, /that the secret mail exists/],
  [PARAMETER, { status: 400, type: 'ParameterNotFound' }, false, /that the parameter \/mail exists/],
  [MAIL, { status: 400, type: 'AccessDeniedException' }, false, /secretsmanager:GetSecretValue on mail/],
  [PARAMETER, { status: 400, type: 'AccessDeniedException' }, false, /ssm:GetParameter on \/mail/],
  [MAIL, { status: 400, type: 'DecryptionFailure' }, false, /encryption key/],
  [PARAMETER, { status: 400, type: 'InvalidKeyId' }, false, /encryption key/],
  [MAIL, { status: 400, type: 'InvalidRequestException' }, false, /marked for deletion/],
  [PARAMETER, { status: 400, type: 'ValidationException' }, false, /named in the configuration/],
  [MAIL, { status: 400, type: 'UnrecognizedClientException' }, false, /credentials/],
  [MAIL, THROTTLED, true, /many secrets in one/],
  [PARAMETER, THROTTLED, true, /throughput/],
  [MAIL, UNAVAILABLE, true, /run again/],
  [MAIL, 'dropped', true, /network/],
  [MAIL, 'empty-answer', true, /between this machine and Secrets Manager/],
  [PARAMETER, 'empty-answer', true, /between this machine and SSM/],
  [MAIL, 'no-json', true, /between this machine and Secrets Manager/],
];

test('each failure says whether it passes, and what to do', async () => {
  await using scripted = await openScriptedSecrets();
  for (const [ref, fault, retryable, hint] of FAILURES) {
    scripted.proxy.faultOf = () => fault;
    const error = await failureOf(async () => await scripted.secrets.get(ref));
    assert.deepEqual([error.code, error.retryable], ['SECRET_UNAVAILABLE', retryable], error.message);
    assert.match(error.hint ?? '', hint);
    assert.match(error.message, new RegExp(`^the secret ${ref.store}:${ref.locator} cannot be read: \\w`));
  }
});

test('the SDK tries again what passes, as often as it is told', async () => {
  await using scripted = await openScriptedSecrets({ maxAttempts: 3 });
  scripted.kept.set('mail', 'hunter2');
  const answerWell = scripted.proxy.faultOf;
  const faults: AwsFault[] = [UNAVAILABLE, 'dropped'];
  scripted.proxy.faultOf = (request) => faults.pop() ?? answerWell(request);
  assert.equal((await scripted.secrets.get(MAIL)).reveal(), 'hunter2');
  assert.deepEqual(scripted.proxy.takeCounts(), { GetSecretValue: 3 });
});

// JavaScript's own error quotes what it could not read.
const UNREADABLE = [
  'hunter2',
  '{"SecretString":hunter2}',
  '{"SecretString":"hunter2","Parameter":{"Value":"hunter2',
];

test('an answer that cannot be read is not shown, although the SDK keeps it', async () => {
  await using scripted = await openScriptedSecrets();
  for (const ref of [MAIL, PARAMETER]) {
    for (const raw of UNREADABLE) {
      scripted.proxy.faultOf = () => ({ raw });
      const error = await failureOf(async () => await scripted.secrets.get(ref));
      assert.match(error.message, /cannot be read \(HTTP 200/);
      assertShowsNothing(error);
    }
  }
});

test('a signal ends what is under way', async () => {
  const abort = new AbortController();
  await using scripted = await openScriptedSecrets({ signal: abort.signal });
  scripted.proxy.faultOf = async () => {
    abort.abort();
    return await new Promise<never>(() => {});
  };
  const error = await failureOf(async () => await scripted.secrets.get(MAIL));
  assert.deepEqual([error.code, error.retryable], ['SECRET_UNAVAILABLE', true]);
  assert.match(error.message, /it was aborted/);
});

function assertShowsNothing(error: Error): void {
  const shown = `${error.message} ${inspect(error, { depth: 99, showHidden: true })} ${JSON.stringify(error)}`;
  assert.doesNotMatch(shown, /hunter|"bob"|\bbob\b/);
}
