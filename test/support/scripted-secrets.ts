// AwsSecrets before a Secrets Manager and an SSM that a test plays itself: nothing is behind, every answer is made up.

import { AwsSecrets } from '../../lib/adapters/aws-secrets.ts';
import type { AwsSecretsOptions } from '../../lib/adapters/aws-secrets.ts';
import type { SecretRef } from '../../lib/core/account.ts';
import { startAwsFaultProxy } from './aws-fault-proxy.ts';
import type { AwsFaultProxy } from './aws-fault-proxy.ts';
import { useTestCredentials } from './dynalite.ts';
import { TEST_REGION } from './moto.ts';

export interface ScriptedSecrets extends AsyncDisposable {
  readonly secrets: AwsSecrets;
  /** Its faults take the place of what is kept. */
  readonly proxy: AwsFaultProxy;
  /** What is kept now: a text, or octets in Secrets Manager. Nothing else is there. */
  readonly kept: Map<string, string | Uint8Array>;
  readonly clock: { nowMs: number };
  /** Calls since this was asked last. */
  takeCalls(): number;
}

const VARIABLES = ['AWS_ENDPOINT_URL_SECRETS_MANAGER', 'AWS_ENDPOINT_URL_SSM'] as const;
/** Where nothing listens: nothing is ever passed on. */
const NO_PORT = 9;

export async function openScriptedSecrets(options: AwsSecretsOptions = {}): Promise<ScriptedSecrets> {
  useTestCredentials();
  const proxy = await startAwsFaultProxy(NO_PORT);
  for (const variable of VARIABLES) process.env[variable] = proxy.endpoint;
  const kept: ScriptedSecrets['kept'] = new Map();
  const clock = { nowMs: 1_750_000_000_000 };
  const secrets = new AwsSecrets({
    region: TEST_REGION,
    maxAttempts: 1,
    now: () => clock.nowMs,
    ...options,
  });
  proxy.faultOf = ({ body }) => {
    const id = String(body['SecretId'] ?? body['Name']);
    const value = kept.get(id);
    if (value === undefined) return { status: 400, type: 'ResourceNotFoundException' };
    return async () => answerOf(value, 'Name' in body);
  };
  return {
    secrets,
    proxy,
    kept,
    clock,
    takeCalls: () => Object.values(proxy.takeCounts()).reduce((sum, count) => sum + count, 0),
    [Symbol.asyncDispose]: async () => {
      for (const variable of VARIABLES) delete process.env[variable];
      secrets[Symbol.dispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

export function inSecretsManager(locator: string): SecretRef {
  return { store: 'secretsmanager', locator };
}

export function inSsm(locator: string): SecretRef {
  return { store: 'ssm', locator };
}

function answerOf(value: string | Uint8Array, isParameter: boolean): unknown {
  if (isParameter) return { Parameter: { Value: value } };
  return typeof value === 'string'
    ? { SecretString: value }
    : { SecretBinary: Buffer.from(value).toString('base64') };
}
