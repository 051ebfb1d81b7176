// The custom resource as CloudFormation calls it: against a real DynamoDB server, answering to a real HTTP server.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, mock, test } from 'node:test';
import { handler } from '../../../functions/accounts/handler.ts';
import { VARIABLES } from '../../../functions/environment.ts';
import { DynamodbAccountDirectory } from '../../../lib/adapters/dynamodb-account-directory.ts';
import { DynamodbLedger } from '../../../lib/adapters/dynamodb-ledger.ts';
import { stateKey } from '../../../lib/adapters/dynamodb-state-item.ts';
import { toSpec } from '../../../lib/core/account-spec.ts';
import { sampleAccounts } from '../../cdk/sample-accounts.ts';
import { accountProgress } from '../../contract/sample-records.ts';
import { endpointOf, openTestTable, startDynalite, TABLE } from '../../support/dynalite.ts';
import type { DynaliteServer } from '../../support/dynalite.ts';

type Event = Parameters<typeof handler>[0];

interface Answer {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

const [BILLING = assert.fail('no sample')] = sampleAccounts();
const ACCOUNTS = Object.fromEntries(sampleAccounts().map((account) => [account.id, toSpec(account)]));
const answers: Answer[] = [];
/** Status codes to give before 200. */
const refusals: number[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, headers } = request;
    answers.push({ method, headers, body: JSON.parse(Buffer.concat(chunks).toString()) as Answer['body'] });
    response.writeHead(refusals.shift() ?? 200).end();
  });
});
let dynalite: DynaliteServer;

before(async () => {
  // Its log is for CloudWatch.
  mock.method(console, 'log', () => undefined);
  dynalite = await startDynalite();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpointOf(dynalite.port);
  process.env['AWS_REGION'] = 'us-east-1';
  process.env[VARIABLES.table] = TABLE;
});

after(async () => {
  server.closeAllConnections();
  server.close();
  await dynalite[Symbol.asyncDispose]();
});

afterEach(() => {
  answers.length = 0;
  refusals.length = 0;
  process.env[VARIABLES.table] = TABLE;
});

function eventOf(change: object): Event {
  const { port } = server.address() as AddressInfo;
  return {
    ServiceToken: 'arn:aws:lambda:us-east-1:123456789012:function:accounts',
    ResponseURL: `http://127.0.0.1:${port}/answer?signature=secret`,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'ImporterAccountsApplied',
    ResourceType: 'Custom::MailferryAccounts',
    ...change,
  } as Event;
}

function toNewer(spec: string): string {
  return JSON.stringify({ ...(JSON.parse(spec) as object), version: 2, somethingNew: true });
}

async function hostsInTable(): Promise<Readonly<Record<string, string>>> {
  using table = openTestTable(dynalite.port);
  const directory = new DynamodbAccountDirectory(table, Date.now);
  const hosts: Record<string, string> = {};
  for await (const { id } of directory.list()) {
    hosts[id] = (await directory.view(id)).applied?.account.host ?? '';
  }
  return hosts;
}

test('accounts are created, changed and removed with the deployments, and CloudFormation hears of it', async () => {
  const first = eventOf({ RequestType: 'Create', ResourceProperties: { Accounts: ACCOUNTS } });
  await handler(first);
  const [answer = assert.fail('no answer')] = answers.splice(0);
  assert.equal(answer.method, 'PUT');
  assert.equal(answer.headers['content-type'], undefined, 'the signature is for none');
  assert.deepEqual(answer.body, {
    Status: 'SUCCESS',
    PhysicalResourceId: 'mailferry-accounts',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'ImporterAccountsApplied',
    Data: { created: 2, changed: 0, unchanged: 0, removed: 0 },
  });

  const changed = { billing: (ACCOUNTS['billing'] ?? '').replace('pop.example.com', 'pop2.example.com') };
  await handler(
    eventOf({
      RequestType: 'Update',
      PhysicalResourceId: 'mailferry-accounts',
      ResourceProperties: { Accounts: changed },
      OldResourceProperties: { Accounts: ACCOUNTS },
    }),
  );
  assert.deepEqual(answers.splice(0)[0]?.body['Data'], { created: 0, changed: 1, unchanged: 0, removed: 1 });
  assert.deepEqual(await hostsInTable(), { billing: 'pop2.example.com' });

  await handler(
    eventOf({
      RequestType: 'Delete',
      PhysicalResourceId: 'mailferry-accounts',
      ResourceProperties: { Accounts: changed },
    }),
  );
  assert.equal(answers[0]?.body['Status'], 'SUCCESS');
  assert.deepEqual(await hostsInTable(), { billing: 'pop2.example.com' }, 'the stack goes, the table stays');
});

test('a rollback puts back what this version reads, over what a later one wrote; what is known of the mail stays', async () => {
  await handler(eventOf({ RequestType: 'Create', ResourceProperties: { Accounts: ACCOUNTS } }));
  using table = openTestTable(dynalite.port);
  const ledger = new DynamodbLedger(table, Date.now);
  const progress = accountProgress({ lastSuccessAt: 1_750_000_000_000 });
  assert.equal(await ledger.saveProgress(BILLING.id, progress, undefined), 'saved');
  const newer = toNewer(ACCOUNTS['billing'] ?? '');
  const item = (await table.get('reading', stateKey(BILLING.id))) ?? assert.fail('it is not there');
  await table.put('writing', { ...item, spec: { S: newer } });
  await assert.rejects(new DynamodbAccountDirectory(table, Date.now).apply(BILLING), /version 2/);

  answers.length = 0;
  const ids = { PhysicalResourceId: 'mailferry-accounts' };
  const back = {
    ResourceProperties: { Accounts: ACCOUNTS },
    OldResourceProperties: { Accounts: { ...ACCOUNTS, billing: newer } },
  };
  await handler(eventOf({ RequestType: 'Update', ...ids, ...back }));
  assert.deepEqual(answers[0]?.body['Data'], { created: 0, changed: 1, unchanged: 1, removed: 0 });
  const { applied, state } = await new DynamodbAccountDirectory(table, Date.now).view(BILLING.id);
  assert.deepEqual(applied?.account, BILLING);
  assert.equal(state.progress?.lastSuccessAt, 1_750_000_000_000);
});

test('the last account can be taken out', async () => {
  await handler(eventOf({ RequestType: 'Create', ResourceProperties: { Accounts: ACCOUNTS } }));
  await handler(
    eventOf({
      RequestType: 'Update',
      PhysicalResourceId: 'mailferry-accounts',
      // CloudFormation leaves out what is empty.
      ResourceProperties: {},
      OldResourceProperties: { Accounts: ACCOUNTS },
    }),
  );
  assert.equal(answers.at(-1)?.body['Status'], 'SUCCESS');
  assert.deepEqual(await hostsInTable(), {});
});

test('a failure is told to whoever deploys, in our own words', async () => {
  const Accounts = { billing: '{"version":2}' };
  await handler(eventOf({ RequestType: 'Create', ResourceProperties: { Accounts } }));
  assert.equal(answers[0]?.body['Status'], 'FAILED');
  assert.match(String(answers[0]?.body['Reason']), /^LEDGER_FAILED: .*version 2/);
  assert.equal(answers[0]?.body['PhysicalResourceId'], 'mailferry-accounts');
});

test('the stack that goes is never held up, not even by a function that does not work any more', async () => {
  delete process.env[VARIABLES.table];
  await handler(eventOf({ RequestType: 'Delete', PhysicalResourceId: 'x', ResourceProperties: {} }));
  assert.equal(answers[0]?.body['Status'], 'SUCCESS');
});

test('an answer that is not taken is given again, and in the end that is an error without the address', async () => {
  refusals.push(503, 500);
  const event = eventOf({ RequestType: 'Delete', PhysicalResourceId: 'x', ResourceProperties: {} });
  await handler(event);
  assert.equal(answers.length, 3);
  refusals.push(403, 403, 403);
  await assert.rejects(handler(event), (error: Error) => {
    assert.match(error.message, /status 403/);
    assert.doesNotMatch(error.message, /signature|http/);
    return true;
  });
});
