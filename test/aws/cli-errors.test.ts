// What is wrong with the way to AWS is said on the command line: what was tried, what came, and what to do.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { mails } from '../cli/mailbox.ts';
import { runCli } from '../support/cli.ts';
import type { CliResult } from '../support/cli.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { S3Rigs } from '../support/s3-rig.ts';
import { openCloudMailbox, PASSWORD } from './cloud-mailbox.ts';
import type { CloudMailbox } from './cloud-mailbox.ts';

const options = { skip: motoSkip(), timeout: 120_000 };
const rigs = new S3Rigs();
after(async () => await rigs[Symbol.asyncDispose]());

/** The command in the mailbox's environment, changed: `undefined` takes a variable away. */
async function cliWith(
  mailbox: CloudMailbox,
  changes: Readonly<Record<string, string | undefined>>,
  ...args: readonly string[]
): Promise<CliResult> {
  const env = { ...mailbox.env, MAILFERRY_TEST_PASSWORD: PASSWORD, ...changes };
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return await runCli([...args, '--config', mailbox.configFile], { env: Object.fromEntries(defined) });
}

test(
  'a table that is not there is named, by every command, before any server is asked',
  options,
  async () => {
    await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(1)), {
      ledger: 'dynamodb://not-there',
    });
    for (const command of ['import', 'status', 'retry', 'audit']) {
      const { exitCode, stdout, stderr } = await mailbox.cli(command);
      assert.equal(exitCode, 1);
      assert.match(
        stdout + stderr,
        /LEDGER_FAILED: .* in the DynamoDB table not-there failed: ResourceNotFoundException.*\n +check that the table not-there exists/,
      );
    }
    assert.equal(mailbox.server.sessions.length, 0);
  },
);

test('a bucket that is not there is named, and nothing is recorded', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(2)), {
    archive: 's3://not-there/mail',
  });
  const { exitCode, stdout } = await mailbox.cli('import');
  assert.equal(exitCode, 1);
  assert.match(stdout, /2 messages listed = (2 failed|1 failed \+ 1 deferred)/);
  assert.match(
    stdout,
    /ARCHIVE_UNWRITABLE: cannot write object s3:\/\/not-there\/mail\/raw\/.*: NoSuchBucket/,
  );
  assert.match(stdout, /make the bucket, or correct its name in the configuration/);
  const audit = await mailbox.cli('audit');
  assert.equal(audit.exitCode, 1);
  assert.match(audit.stdout, /ARCHIVE_UNREADABLE: cannot list s3:\/\/not-there\/mail\/raw\/.*: NoSuchBucket/);
  await mailbox.configure();
  assert.equal((await mailbox.run()).run.counts.stored, 2);
});

test('a missing region is said for the table and for the bucket', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(1)));
  const noRegion = { AWS_REGION: undefined };
  const status = await cliWith(mailbox, noRegion, 'status');
  assert.equal(status.exitCode, 1);
  assert.match(status.stderr, /LEDGER_FAILED: .*region is missing.*\n.*AWS_REGION/i);
  await mailbox.configure({ ledger: './ledger.db' });
  const started = await cliWith(mailbox, noRegion, 'import');
  assert.equal(started.exitCode, 1);
  assert.match(started.stdout, /ARCHIVE_UNWRITABLE: .*region.*\n.*AWS_REGION/i);
});

test('missing credentials are said for the table, the bucket and the password', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(1)));
  const nobody = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
  const status = await cliWith(mailbox, nobody, 'status');
  assert.equal(status.exitCode, 1);
  assert.match(status.stderr, /LEDGER_FAILED: .*CredentialsProviderError.*\n.*credentials/);
  await mailbox.configure({ ledger: './ledger.db' });
  const started = await cliWith(mailbox, nobody, 'import');
  assert.match(started.stdout, /ARCHIVE_UNWRITABLE: .*CredentialsProviderError\n.*credentials/);
  await mailbox.configure({ ledger: './ledger.db' }, { auth: { password: 'ssm:/mail/test' } });
  const locked = await cliWith(mailbox, nobody, 'import');
  assert.equal(locked.exitCode, 1);
  assert.match(
    locked.stdout,
    /SECRET_UNAVAILABLE: the secret ssm:\/mail\/test cannot be read: .*\n.*credentials/,
  );
});

test('an endpoint that nobody answers is said with where to look', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(1)));
  const away = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' };
  const { exitCode, stderr } = await cliWith(mailbox, away, 'status');
  assert.equal(exitCode, 1);
  assert.match(stderr, /LEDGER_FAILED: .*ECONNREFUSED 127\.0\.0\.1:1\n.*network/);
});

test('an endpoint that is no URL is refused before anything starts', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(1)));
  for (const endpoint of ['127.0.0.1:9000', 'minio', 'ftp://minio']) {
    const { exitCode, stderr } = await cliWith(mailbox, { AWS_ENDPOINT_URL_S3: endpoint }, 'import');
    assert.equal(exitCode, 2);
    assert.ok(
      stderr.includes(
        `CONFIG_INVALID: the environment variable AWS_ENDPOINT_URL_S3 is "${endpoint}", expected a URL`,
      ),
      stderr,
    );
  }
  assert.equal(mailbox.server.sessions.length, 0);
});

test('an endpoint by name is reached, with the bucket in the path', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(1)));
  const byName = mailbox.proxy.endpoint.replace('127.0.0.1', 'localhost');
  for (const changes of [
    { AWS_ENDPOINT_URL_S3: byName },
    { AWS_ENDPOINT_URL_S3: undefined, AWS_ENDPOINT_URL: byName },
  ]) {
    const { exitCode, stdout } = await cliWith(mailbox, changes, 'import');
    assert.equal(exitCode, 0, stdout);
  }
  assert.ok(mailbox.proxy.seen.length > 0);
  for (const { url } of mailbox.proxy.seen) assert.ok(url.startsWith(`/${mailbox.moto.bucket}`), url);
});
