// Archive and ledger in any mix of places, passwords in AWS: the same command does the same.

import assert from 'node:assert/strict';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { assertCounts, mails } from '../cli/mailbox.ts';
import { assertFinished, readArchive } from '../support/archive-snapshot.ts';
import { endpointOf, useTestCredentials } from '../support/dynalite.ts';
import { TEST_REGION } from '../support/moto.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { S3Rigs } from '../support/s3-rig.ts';
import { DERIVED_BUCKET, makeDerivedBucket, openCloudMailbox, PASSWORD } from './cloud-mailbox.ts';
import type { CloudMailbox } from './cloud-mailbox.ts';

const options = { skip: motoSkip(), timeout: 120_000 };
const rigs = new S3Rigs();
after(async () => await rigs[Symbol.asyncDispose]());

/** Two messages are imported, found again, and agree with everything. */
async function assertImports(mailbox: CloudMailbox): Promise<void> {
  const first = await mailbox.run();
  assert.equal(first.exitCode, 0, first.stderr);
  assertCounts(first.run, { listed: 2, stored: 2 });
  assertCounts((await mailbox.run()).run, { listed: 2, known: 2 });
  const audit = await mailbox.cli('audit', '--server');
  assert.match(audit.stdout, /^test: everything agrees$/m);
  assert.match(audit.stdout, /2 of 2 stored messages intact, 2 with their parsed document/);
  assert.equal(audit.exitCode, 0);
  assert.match((await mailbox.cli('status')).stdout, /^test +ok /m);
}

test('an archive in S3 with a ledger on this machine parses beside the import', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(2)), { ledger: './ledger.db' });
  await assertImports(mailbox);
  assert.ok(existsSync(join(mailbox.folder, 'ledger.db')));
  assert.equal((await mailbox.written('parsed/')).length, 2);
});

test('an archive in a folder may have its ledger in DynamoDB', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(2)), { archive: './mail' });
  await assertImports(mailbox);
  const archive = await readArchive(join(mailbox.folder, 'mail'));
  assertFinished(archive);
  assert.equal(archive.raw.size, 2);
  assert.equal(existsSync(join(mailbox.folder, 'mail/ledger.db')), false);
  assert.deepEqual(await mailbox.written(), []);
});

test('what is derived goes to its own bucket, and only that', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(2)), {
    derived: `s3://${DERIVED_BUCKET}/made`,
  });
  await makeDerivedBucket(mailbox.moto);
  await assertImports(mailbox);
  const keys = await mailbox.written();
  assert.deepEqual(
    keys.map((key) => key.split('/')[0]),
    ['raw', 'raw'],
  );
  const { Contents = [] } = await mailbox.moto.client.send(
    new ListObjectsV2Command({ Bucket: DERIVED_BUCKET }),
  );
  assert.deepEqual(
    Contents.map(({ Key = '' }) => Key.replace(/\/account=.*$/, '')),
    ['made/catalog/v1', 'made/parsed/v1', 'made/parsed/v1'],
  );
});

test('what the stack is to parse is left to it', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(2)), { parsing: 'stack' });
  const { exitCode, run } = await mailbox.run();
  assert.equal(exitCode, 0);
  assertCounts(run, { listed: 2, stored: 2 });
  assert.equal((await mailbox.written('raw/')).length, 2);
  assert.deepEqual(await mailbox.written('parsed/'), []);
});

test('a password may be kept in SSM or in Secrets Manager', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(2)));
  useTestCredentials();
  const at = { region: TEST_REGION, endpoint: endpointOf(mailbox.moto.port) };
  const ssm = new SSMClient(at);
  const secretsManager = new SecretsManagerClient(at);
  try {
    await ssm.send(new PutParameterCommand({ Name: '/mail/test', Value: PASSWORD, Type: 'SecureString' }));
    const SecretString = JSON.stringify({ test: PASSWORD, other: 'wrong' });
    await secretsManager.send(new CreateSecretCommand({ Name: 'mail/all', SecretString }));
  } finally {
    ssm.destroy();
    secretsManager.destroy();
  }
  await mailbox.configure({}, { auth: { password: 'ssm:/mail/test' } });
  assertCounts((await mailbox.run()).run, { listed: 2, stored: 2 });
  await mailbox.configure({}, { auth: { password: 'secretsmanager:mail/all#test' } });
  assertCounts((await mailbox.run()).run, { listed: 2, known: 2 });
  const { exitCode, stdout } = await mailbox.cli('audit', '--server');
  assert.equal(exitCode, 0, stdout);
  await mailbox.configure({}, { auth: { password: 'secretsmanager:mail/all#other' } });
  const refused = await mailbox.run();
  assert.equal(refused.run.errors[0]?.code, 'POP3_AUTH_FAILED');
  assert.doesNotMatch(refused.stdout + refused.stderr, /wrong/);
});
