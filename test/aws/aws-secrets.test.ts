// Secrets Manager and SSM as the Secrets port, over the real SDK and a server that keeps secrets (moto); also when calls and
// answers are lost on the way.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AwsSecrets } from '../../lib/adapters/aws-secrets.ts';
import { SecretsByStore } from '../../lib/adapters/secrets-by-store.ts';
import type { SecretRef } from '../../lib/core/account.ts';
import { testSecretsContract } from '../contract/secrets-contract.ts';
import type { OpenedSecrets } from '../contract/secrets-contract.ts';
import { startAwsFaultProxy } from '../support/aws-fault-proxy.ts';
import type { AwsFaultProxy } from '../support/aws-fault-proxy.ts';
import { THROTTLED, UNAVAILABLE } from '../support/aws-fault.ts';
import type { AwsFault } from '../support/aws-fault.ts';
import { useTestCredentials } from '../support/dynalite.ts';
import { failureOf } from '../support/failure-of.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { startMoto, TEST_CREDENTIALS, TEST_REGION } from '../support/moto.ts';
import type { RunningMoto } from '../support/moto.ts';

const VARIABLES = ['AWS_ENDPOINT_URL_SECRETS_MANAGER', 'AWS_ENDPOINT_URL_SSM'] as const;

const skip = motoSkip();
let moto: Promise<RunningMoto> | undefined;
let opened = 0;
after(async () => await (await moto)?.[Symbol.asyncDispose]());

interface Rig extends AsyncDisposable {
  readonly secrets: AwsSecrets;
  readonly proxy: AwsFaultProxy;
  readonly manager: SecretsManagerClient;
  readonly ssm: SSMClient;
  /** Its own for every rig. */
  readonly prefix: string;
}

async function openRig(): Promise<Rig> {
  useTestCredentials();
  moto ??= startMoto();
  const { port } = await moto;
  opened += 1;
  const proxy = await startAwsFaultProxy(port);
  for (const variable of VARIABLES) process.env[variable] = proxy.endpoint;
  const settings = {
    endpoint: `http://127.0.0.1:${port}`,
    region: TEST_REGION,
    credentials: TEST_CREDENTIALS,
  };
  const [manager, ssm] = [new SecretsManagerClient(settings), new SSMClient(settings)];
  const secrets = new AwsSecrets({ region: TEST_REGION });
  return {
    secrets,
    proxy,
    manager,
    ssm,
    prefix: `test-${opened}`,
    [Symbol.asyncDispose]: async () => {
      for (const variable of VARIABLES) delete process.env[variable];
      secrets[Symbol.dispose]();
      manager.destroy();
      ssm.destroy();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

/** A place where secrets are kept, and how references lead there. */
interface Place {
  readonly store: SecretRef['store'];
  readonly locatorOf: (rig: Rig, name: string) => string;
  readonly keep: (rig: Rig, name: string, value: string) => Promise<void>;
}

const WHOLE_SECRETS: Place = {
  store: 'secretsmanager',
  locatorOf: ({ prefix }, name) => `${prefix}/${name}`,
  keep: async (rig, name, value) => await keepSecret(rig, name, value),
};

const JSON_SECRETS: Place = {
  store: 'secretsmanager',
  locatorOf: ({ prefix }, name) => `${prefix}/${name}#${name}`,
  keep: async (rig, name, value) =>
    await keepSecret(rig, name, JSON.stringify({ other: 'other', [name]: value })),
};

const PARAMETERS: Place = {
  store: 'ssm',
  locatorOf: ({ prefix }, name) => `/${prefix}/${name}`,
  keep: async ({ ssm, prefix }, name, Value) => {
    const Name = `/${prefix}/${name}`;
    await ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
  },
};

async function keepSecret({ manager, prefix }: Rig, name: string, SecretString: string): Promise<void> {
  const SecretId = `${prefix}/${name}`;
  try {
    await manager.send(new CreateSecretCommand({ Name: SecretId, SecretString }));
  } catch {
    await manager.send(new PutSecretValueCommand({ SecretId, SecretString }));
  }
}

async function openPlace({ store, locatorOf, keep }: Place): Promise<OpenedSecrets> {
  const rig = await openRig();
  return {
    secrets: new SecretsByStore({ aws: rig.secrets }),
    refTo: (name) => ({ store, locator: locatorOf(rig, name) }),
    keep: async (name, value) => await keep(rig, name, value),
    [Symbol.asyncDispose]: async () => await rig[Symbol.asyncDispose](),
  };
}

testSecretsContract('secretsmanager', async () => await openPlace(WHOLE_SECRETS), skip);
testSecretsContract('secretsmanager json', async () => await openPlace(JSON_SECRETS), skip);
testSecretsContract('ssm', async () => await openPlace(PARAMETERS), skip);

test('a secret can be named by its ARN, with a JSON key behind it', { skip }, async () => {
  await using rig = await openRig();
  const created = new CreateSecretCommand({ Name: `${rig.prefix}/mail`, SecretString: '{"ann":"hunter2"}' });
  const { ARN: arn = '' } = await rig.manager.send(created);
  assert.match(arn, /^arn:aws:secretsmanager:/);
  const secret = await rig.secrets.get({ store: 'secretsmanager', locator: `${arn}#ann` });
  assert.equal(secret.reveal(), 'hunter2');
});

test('a secret that is binary, or marked for deletion, is unavailable', { skip }, async () => {
  await using rig = await openRig();
  const octets = Buffer.from('hunter2');
  await rig.manager.send(new CreateSecretCommand({ Name: `${rig.prefix}/binary`, SecretBinary: octets }));
  await keepSecret(rig, 'deleted', 'hunter2');
  await rig.manager.send(new DeleteSecretCommand({ SecretId: `${rig.prefix}/deleted` }));
  for (const [name, why] of [
    ['binary', /binary/],
    ['deleted', /InvalidRequestException/],
  ] as const) {
    const ref: SecretRef = { store: 'secretsmanager', locator: `${rig.prefix}/${name}` };
    const error = await failureOf(async () => await rig.secrets.get(ref));
    assert.deepEqual([error.code, error.retryable], ['SECRET_UNAVAILABLE', false]);
    assert.match(error.message, why);
    assert.doesNotMatch(error.message, /hunter2/);
  }
});

test(
  'on a bad day secrets are read all the same, and what changed meanwhile is noticed',
  { skip },
  async () => {
    await using rig = await openRig();
    const faults: AwsFault[] = [UNAVAILABLE, THROTTLED, 'dropped', 'answer-lost', 'answer-cut'];
    let calls = 0;
    rig.proxy.faultOf = () => ((calls += 1) % 2 === 1 ? faults[(calls >> 1) % faults.length] : undefined);
    for (const { store, locatorOf, keep } of [JSON_SECRETS, PARAMETERS]) {
      const ref: SecretRef = { store, locator: locatorOf(rig, 'mail') };
      await keep(rig, 'mail', 'hunter1');
      assert.equal((await rig.secrets.get(ref)).reveal(), 'hunter1');
      for (const value of ['hunter2', 'hunter3', 'hunter4']) {
        await keep(rig, 'mail', value);
        assert.equal((await rig.secrets.renew(ref))?.reveal(), value);
      }
    }
    assert.equal(calls, 16);
  },
);
