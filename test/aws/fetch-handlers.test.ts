// The fetch handlers as they are put together from a function's environment, against real servers for DynamoDB, S3, SQS, Secrets
// Manager, EventBridge and POP3 on this machine.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { VARIABLES } from '../../functions/environment.ts';
import { DynamodbAccountDirectory } from '../../lib/adapters/dynamodb-account-directory.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import { ANN } from '../contract/sample-records.ts';
import { accountAt, PASSWORD } from '../session/session-under-test.ts';
import { openTestTable, startDynalite, TABLE, useTestCredentials } from '../support/dynalite.ts';
import { startFauxqs } from '../support/fauxqs.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { startMoto, TEST_CREDENTIALS, TEST_REGION } from '../support/moto.ts';
import { plainMail } from '../support/odd-mail.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import { sha256Of } from '../support/memory-blob-store.ts';
import { passwordAuth } from '../support/account-defaults.ts';

const MAILS = 112;
const REMAINING_MS = 60_000;

/** What Lambda says of an invocation; nothing else of it is used. */
const CONTEXT = { getRemainingTimeInMillis: () => REMAINING_MS } as Context;

function eventOf(body: unknown): SQSEvent {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const record = { messageId: 'm', body: text, attributes: { ApproximateReceiveCount: '1' } };
  return { Records: [record] as unknown as SQSEvent['Records'] };
}

/** @returns what ends all of it, and what is behind the functions */
async function startServers(): Promise<AsyncDisposable & Awaited<ReturnType<typeof start>>> {
  const stack = new AsyncDisposableStack();
  try {
    return { ...(await start(stack)), [Symbol.asyncDispose]: async () => await stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function start(stack: AsyncDisposableStack) {
  useTestCredentials();
  const moto = stack.use(await startMoto());
  const dynalite = stack.use(await startDynalite());
  const fauxqs = stack.use(await startFauxqs());
  const maildrop = maildropOf(Array.from({ length: MAILS }, (_, index) => plainMail(index)));
  const password = PASSWORD;
  const pop3 = stack.use(await startPop3Server({ maildrop, user: 'ann', password }));
  const table = stack.use(openTestTable(dynalite.port));
  const drains = await fauxqs.createQueue('drains.fifo');
  const at = (port: number): string => `http://127.0.0.1:${port}`;
  const environment = {
    AWS_REGION: TEST_REGION,
    AWS_ENDPOINT_URL_DYNAMODB: at(dynalite.port),
    AWS_ENDPOINT_URL_S3: at(moto.port),
    AWS_ENDPOINT_URL_SQS: at(fauxqs.port),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: at(moto.port),
    AWS_ENDPOINT_URL_EVENTBRIDGE: at(moto.port),
    [VARIABLES.table]: TABLE,
    [VARIABLES.rawBucket]: moto.bucket,
    [VARIABLES.drainQueueUrl]: drains.url,
    [VARIABLES.eventBus]: 'default',
    [VARIABLES.reserveSeconds]: '20',
  };
  Object.assign(process.env, environment);
  stack.defer(() => {
    for (const name of Object.keys(environment)) Reflect.deleteProperty(process.env, name);
  });
  const secrets = new SecretsManagerClient({
    endpoint: at(moto.port),
    region: TEST_REGION,
    credentials: TEST_CREDENTIALS,
  });
  stack.defer(() => secrets.destroy());
  await secrets.send(
    new CreateSecretCommand({ Name: 'mail', SecretString: JSON.stringify({ ann: password }) }),
  );
  return { moto, fauxqs, drains, maildrop, pop3, table };
}

test(
  'a poll begins what a drain ends: every message is in S3 and in the table once',
  { skip: motoSkip() },
  async () => {
    await using servers = await startServers();
    const { moto, fauxqs, drains, maildrop, pop3, table } = servers;
    const directory = new DynamodbAccountDirectory(table, Date.now);
    const account = accountAt(pop3.port);
    await directory.apply({ ...account, auth: passwordAuth('secretsmanager', 'mail#ann') });
    const { poll, drain } = await import('../../functions/fetch/handler.ts');
    const done: SQSBatchResponse = { batchItemFailures: [] };

    assert.deepEqual(await poll(eventOf({ kind: 'poll', account: ANN, tick: 1 }), CONTEXT), done);
    const [next, ...others] = await fauxqs.held(drains);
    assert.ok(next);
    assert.deepEqual(others, []);
    const { id } = (await directory.view(ANN)).drain ?? {};
    assert.deepEqual(JSON.parse(next.body), { kind: 'drain', account: 'ann', id, slice: 1 });
    assert.deepEqual([next.messageGroupId, next.messageDeduplicationId], ['ann', `${id}/1`]);

    assert.deepEqual(await drain(eventOf(next.body), CONTEXT), done);
    const view = await directory.view(ANN);
    assert.equal(view.drain, undefined);
    assert.equal(view.state.lease, undefined);
    assert.equal(view.announcedRunId, view.state.progress?.lastRunId);
    const stored = maildrop.map(({ content }) => `${sha256Of(content as Buffer)}.eml`).sort();
    const keys = (await moto.versions('raw/account=ann/')).map((key) => key.split('/').at(-1) ?? '').sort();
    assert.deepEqual(keys, stored);
    const runs = await new DynamodbLedger(table, Date.now).runs(ANN, 9);
    assert.deepEqual(runs.map(({ counts }) => counts.stored).toReversed(), [100, MAILS - 100]);
    assert.deepEqual(
      pop3.sessions.map(({ ending }) => ending),
      ['quit', 'quit'],
    );
  },
);
