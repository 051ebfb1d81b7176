// What cannot be meant is refused before anything is deployed, in words that say what is allowed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { MailboxImporterProps } from '../../cdk/mailbox-importer-props.ts';
import { MailboxImporter } from '../../cdk/mailbox-importer.ts';
import type { Account, AccountId } from '../../lib/core/account.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sampleAccounts } from './sample-accounts.ts';
import { writeStubBundles } from './synthesized.ts';
import { passwordAuth } from '../support/account-defaults.ts';

const [SAMPLE] = sampleAccounts();

function accountWith(change: Partial<Account>): Account {
  return { ...(SAMPLE ?? assert.fail('no sample')), ...change };
}

async function refusalOf(toProps: (scope: Stack) => MailboxImporterProps): Promise<string> {
  await using folder = await temporaryFolder();
  const stack = new Stack(new App({ outdir: `${folder.path}/out` }), 'Refused');
  const props = { codeFolder: writeStubBundles(folder.path), ...toProps(stack) };
  try {
    void new MailboxImporter(stack, 'Importer', props);
  } catch (error) {
    assert.ok(error instanceof MailferryError, String(error));
    assert.equal(error.code, 'CONFIG_INVALID');
    return `${error.message} | ${error.hint}`;
  }
  return assert.fail('nothing was refused');
}

test('compliance mode asks to say that one knows what it means', async () => {
  const refusal = await refusalOf(() => ({ objectLock: { mode: 'compliance', days: 30 } }));
  assert.match(refusal, /nobody can delete.*acknowledgeComplianceCannotBeShortened/);
});

for (const days of [0, -1, 1.5, 40_000, NaN]) {
  test(`${days} days of Object Lock are refused`, async () => {
    assert.match(
      await refusalOf(() => ({ objectLock: { mode: 'governance', days } })),
      /whole number from 1/,
    );
  });
}

test('a network of one’s own and static egress are not both possible', async () => {
  const refusal = await refusalOf((scope) => ({ vpc: new Vpc(scope, 'V') as IVpc, staticEgress: true }));
  assert.match(refusal, /vpc and staticEgress/);
});

for (const folder of ['', '*', 'mailferry', '/', 'a//', 'mailferry/*/']) {
  test(`${JSON.stringify(folder)} is no folder of secrets`, async () => {
    assert.match(await refusalOf(() => ({ secretFolders: [folder] })), /end in a slash/);
  });
}

test('accounts whose passwords a function cannot look up are all named at once', async () => {
  const accounts = [
    accountWith({ id: 'one' as AccountId, auth: passwordAuth('env', 'ONE_PASSWORD') }),
    accountWith({ id: 'two' as AccountId, auth: passwordAuth('file', '/run/two') }),
  ];
  const refusal = await refusalOf(() => ({ accounts }));
  assert.match(refusal, /one: .*env[\s\S]*two: .*file/);
  assert.doesNotMatch(refusal, /ONE_PASSWORD|\/run\/two/);
});

test('more accounts than a deployment can carry are refused, with the way that is left', async () => {
  const accounts = Array.from({ length: 1000 }, (_, n) => accountWith({ id: `account-${n}` as AccountId }));
  assert.match(await refusalOf(() => ({ accounts })), /1000 accounts.*mailferry accounts apply/);
});

test('events that are switched off cannot be asked for', async () => {
  assert.match(
    await refusalOf(() => ({ events: false, messageEvents: true })),
    /switched off, and asked for/,
  );
});

for (const staleHours of [0, 1, NaN, Infinity]) {
  test(`after ${staleHours} hours nothing is stale`, async () => {
    assert.match(await refusalOf(() => ({ staleHours })), /staleHours is .* more than 1 is allowed/);
  });
}

test('an account cannot be stale before its next turn, and an hour for the mark of its success, have passed', async () => {
  const accounts = [accountWith({ schedule: { everyMinutes: 720 } })];
  assert.match(await refusalOf(() => ({ accounts, staleHours: 13 })), /staleHours is 13 \| more than 13/);
});

for (const count of [0, 1, 2.5, 1001, NaN]) {
  test(`${count} invocations at a time are refused`, async () => {
    const refusal = await refusalOf(() => ({ concurrency: { drains: count } }));
    assert.match(refusal, /^concurrency\.drains is .* whole number from 2 to 1000/);
  });
}

for (const alarmEmail of ['', 'ops', 'one@example.com two@example.com']) {
  test(`alarms cannot go to ${JSON.stringify(alarmEmail)}`, async () => {
    assert.match(await refusalOf(() => ({ alarmEmail })), /^alarmEmail is ".*an e-mail address/);
  });
}

test('who gets alarms that are switched off cannot be said', async () => {
  assert.match(
    await refusalOf(() => ({ alarms: false, alarmEmail: 'ops@example.com' })),
    /alarms are switched/,
  );
  const withTopic = await refusalOf((scope) => ({ alarms: false, alarmTopic: new Topic(scope, 'Pager') }));
  assert.match(withTopic, /alarms are switched off/);
});

test('a catalog that is not wanted has no database', async () => {
  assert.match(
    await refusalOf(() => ({ catalogDatabase: 'mail' })),
    /there is no catalog \| set catalog: true/,
  );
});

test('a database name that Glue would refuse is refused here', async () => {
  assert.match(await refusalOf(() => ({ catalog: true, catalogDatabase: 'My Mail' })), /a-z, 0-9 and _/);
  assert.match(await refusalOf(() => ({ catalog: true, catalogRows: false })), /a table without rows/);
});

test('functions that were not built are missed with the command that builds them', async () => {
  assert.match(await refusalOf(() => ({ codeFolder: '/nowhere' })), /\/nowhere.*npm run bundle/);
});
