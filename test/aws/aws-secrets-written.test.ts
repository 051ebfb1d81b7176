// Writing back to Secrets Manager and SSM, over the real SDK and a server that keeps secrets (moto): one key of a secret with
// many, by several writers at once, and when calls and answers are lost on the way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AwsSecrets } from '../../lib/adapters/aws-secrets.ts';
import type { SecretRef } from '../../lib/core/account.ts';
import { Secret } from '../../lib/core/secret.ts';
import { startAwsFaultProxy } from '../support/aws-fault-proxy.ts';
import type { AwsFaultProxy } from '../support/aws-fault-proxy.ts';
import { THROTTLED, UNAVAILABLE } from '../support/aws-fault.ts';
import type { AwsFault } from '../support/aws-fault.ts';
import { useTestCredentials } from '../support/dynalite.ts';
import { failureOf } from '../support/failure-of.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { startMoto, TEST_CREDENTIALS, TEST_REGION } from '../support/moto.ts';

const skip = motoSkip();
const VARIABLES = ['AWS_ENDPOINT_URL_SECRETS_MANAGER', 'AWS_ENDPOINT_URL_SSM'] as const;

interface Rig extends AsyncDisposable {
  readonly open: () => AwsSecrets;
  readonly proxy: AwsFaultProxy;
  readonly manager: SecretsManagerClient;
  readonly ssm: SSMClient;
  readonly textOf: (name: string) => Promise<string | undefined>;
}

async function openRig(): Promise<Rig> {
  useTestCredentials();
  const moto = await startMoto();
  const proxy = await startAwsFaultProxy(moto.port);
  for (const variable of VARIABLES) process.env[variable] = proxy.endpoint;
  const endpoint = `http://127.0.0.1:${moto.port}`;
  const settings = { endpoint, region: TEST_REGION, credentials: TEST_CREDENTIALS };
  const [manager, ssm] = [new SecretsManagerClient(settings), new SSMClient(settings)];
  const opened: AwsSecrets[] = [];
  return {
    proxy,
    manager,
    ssm,
    open: () => {
      const secrets = new AwsSecrets({ region: TEST_REGION });
      opened.push(secrets);
      return secrets;
    },
    // moto looks for the current version only when it is told to.
    textOf: async (SecretId) =>
      (await manager.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSCURRENT' }))).SecretString,
    [Symbol.asyncDispose]: async () => {
      for (const variable of VARIABLES) delete process.env[variable];
      for (const secrets of opened) secrets[Symbol.dispose]();
      manager.destroy();
      ssm.destroy();
      await proxy[Symbol.asyncDispose]();
      await moto[Symbol.asyncDispose]();
    },
  };
}

function key(name: string): SecretRef {
  return { store: 'secretsmanager', locator: `mail#${name}` };
}

test('one key of a JSON secret is written, and the others stay to the digit', { skip }, async () => {
  await using rig = await openRig();
  const SecretString = '{"port":12345678901234567890.10,"ann":"old","__proto__":"own","list":[1,{"a":null}]}';
  await rig.manager.send(new CreateSecretCommand({ Name: 'mail', SecretString }));
  const secrets = rig.open();
  await secrets.put(key('ann'), new Secret('new "quoted"'));
  await secrets.put(key('bob'), new Secret('hunter2'));
  assert.equal(
    await rig.textOf('mail'),
    String.raw`{"port":12345678901234567890.10,"ann":"new \"quoted\"","__proto__":"own","list":[1,{"a":null}],"bob":"hunter2"}`,
  );
});

test('several who write their keys of one secret at the same time lose nothing', { skip }, async () => {
  await using rig = await openRig();
  await rig.manager.send(new CreateSecretCommand({ Name: 'mail', SecretString: '{"kept":"kept"}' }));
  const names = ['ann', 'bob', 'cyd', 'dan'];
  await Promise.all(names.map(async (name) => await rig.open().put(key(name), new Secret(`of ${name}`))));
  const expected = Object.fromEntries(names.map((name) => [name, `of ${name}`]));
  assert.deepEqual(JSON.parse((await rig.textOf('mail')) ?? ''), { kept: 'kept', ...expected });
  const { PutSecretValue: puts = 0 } = rig.proxy.takeCounts();
  assert.ok(puts > names.length, 'nobody was overtaken: this test shows nothing');
});

test('on a bad day a key is written all the same, and the others stay', { skip }, async () => {
  await using rig = await openRig();
  await rig.manager.send(new CreateSecretCommand({ Name: 'mail', SecretString: '{"kept":"kept"}' }));
  const faults: AwsFault[] = [UNAVAILABLE, THROTTLED, 'dropped', 'answer-lost', 'answer-cut'];
  let calls = 0;
  rig.proxy.faultOf = () => ((calls += 1) % 2 === 1 ? faults[(calls >> 1) % faults.length] : undefined);
  const secrets = rig.open();
  for (const value of ['one', 'two', 'three', 'four', 'five']) {
    await secrets.put(key('ann'), new Secret(value));
    assert.deepEqual(JSON.parse((await rig.textOf('mail')) ?? ''), { kept: 'kept', ann: value });
  }
});

test('a parameter stays of the type it is', { skip }, async () => {
  await using rig = await openRig();
  const Name = '/mailferry/token';
  await rig.ssm.send(new PutParameterCommand({ Name, Value: 'old', Type: 'SecureString' }));
  await rig.open().put({ store: 'ssm', locator: Name }, new Secret('new'));
  const { Parameter } = await rig.ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
  assert.deepEqual([Parameter?.Value, Parameter?.Type], ['new', 'SecureString']);
});

test('what is not there is not made, and the hint says how to make it', { skip }, async () => {
  await using rig = await openRig();
  for (const [ref, hint] of [
    [key('ann'), /create-secret --secret-string '\{\}' --name mail$/],
    [{ store: 'secretsmanager', locator: 'mail' }, /create-secret --secret-string none --name mail$/],
    // moto makes a parameter of no type, SSM does not.
    [{ store: 'ssm', locator: '/mail' }, /put-parameter --type SecureString .*--name \/mail$/],
  ] as const) {
    const lacksType: AwsFault = { status: 400, type: 'ValidationException' };
    rig.proxy.faultOf = () => (ref.store === 'ssm' ? lacksType : undefined);
    const error = await failureOf(async () => await rig.open().put(ref, new Secret('hunter2')));
    assert.deepEqual([error.code, error.retryable], ['SECRET_UNAVAILABLE', false]);
    assert.match(error.message, /cannot be written/);
    assert.match(error.hint ?? '', hint);
  }
});

test(
  'a secret that is no JSON object is left as it is when a key of it is to be written',
  { skip },
  async () => {
    await using rig = await openRig();
    for (const [Name, SecretString] of [
      ['text', 'hunter1'],
      ['list', '["hunter1"]'],
      ['number', '12'],
    ] as const) {
      await rig.manager.send(new CreateSecretCommand({ Name, SecretString }));
      const ref: SecretRef = { store: 'secretsmanager', locator: `${Name}#ann` };
      const error = await failureOf(async () => await rig.open().put(ref, new Secret('hunter2')));
      assert.match(error.message, /cannot be written: it is no JSON object/);
      assert.doesNotMatch(error.message, /hunter/);
      assert.equal(await rig.textOf(Name), SecretString);
    }
  },
);
