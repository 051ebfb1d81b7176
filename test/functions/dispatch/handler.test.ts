// The dispatch function as Lambda calls it, put together from its environment, in a process of its own and against real API
// servers on loopback.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { VARIABLES } from '../../../functions/environment.ts';
import { parseFetchMessage } from '../../../functions/messages.ts';
import { METRICS } from '../../../functions/metrics.ts';
import { DynamodbAccountDirectory } from '../../../lib/adapters/dynamodb-account-directory.ts';
import { manyAccounts } from '../../contract/sample-accounts.ts';
import { endpointOf, openTestTable, startDynalite, TABLE } from '../../support/dynalite.ts';
import { startFauxqs } from '../../support/fauxqs.ts';
import { TEST_REGION } from '../../support/moto.ts';

const HANDLER = pathToFileURL(join(import.meta.dirname, '../../../functions/dispatch/handler.ts')).href;

/** @returns the lines it wrote */
async function invoke(env: Readonly<Record<string, string>>): Promise<object[]> {
  const script = `const { handler } = await import('${HANDLER}'); await handler();`;
  const own = { AWS_REGION: TEST_REGION, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', ...env };
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: own,
    timeout: 60_000,
  });
  const { stdout, stderr } = await run;
  assert.equal(stderr, '');
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as object);
}

test('the handler sends a poll for each account that is due, in its own group, and every metric', async () => {
  await using dynamodb = await startDynalite();
  await using sqs = await startFauxqs();
  using table = openTestTable(dynamodb.port);
  const queue = await sqs.createQueue('polls.fifo');
  const directory = new DynamodbAccountDirectory(table, Date.now);
  const accounts = manyAccounts('account', 23, { schedule: { everyMinutes: 1 } });
  for (const account of accounts) await directory.apply(account);
  const lines = await invoke({
    AWS_ENDPOINT_URL_DYNAMODB: endpointOf(dynamodb.port),
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    [VARIABLES.table]: TABLE,
    [VARIABLES.pollQueueUrl]: queue.url,
    [VARIABLES.staleHours]: '24',
  });

  const polls = await sqs.held(queue);
  assert.equal(polls.length, 23);
  const minute = await directory.lastTick();
  for (const { body, messageGroupId, messageDeduplicationId } of polls) {
    const message = parseFetchMessage(body);
    assert.ok(message?.kind === 'poll' && message.tick === minute);
    assert.deepEqual(
      [messageGroupId, messageDeduplicationId],
      [message.account, `${message.account}/${minute}`],
    );
  }
  const sent = new Set(polls.map(({ messageGroupId }) => messageGroupId));
  assert.deepEqual(sent, new Set(accounts.map(({ id }) => id)));
  assert.ok(lines.some((line) => Object.keys(METRICS.dispatch).every((name) => name in line)));
});
