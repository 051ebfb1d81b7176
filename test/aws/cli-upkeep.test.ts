// status, retry and audit over S3 and DynamoDB: they see what is there, and repair what they may.

import assert from 'node:assert/strict';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { after, test } from 'node:test';
import { DynamodbLease } from '../../lib/adapters/dynamodb-lease.ts';
import type { AccountId } from '../../lib/core/account.ts';
import { assertCounts, mail, mails } from '../cli/mailbox.ts';
import { openTestTable } from '../support/dynalite.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { S3Rigs } from '../support/s3-rig.ts';
import { openCloudMailbox } from './cloud-mailbox.ts';

const options = { skip: motoSkip(), timeout: 120_000 };
const ACCOUNT = 'test' as AccountId;
const OWNER = 'nas/4711/01KARFK3G0ABCDEFGHJKMNPQRS';
const rigs = new S3Rigs();
after(async () => await rigs[Symbol.asyncDispose]());

test('before the first run an account has never run, and nothing is written by asking', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, []);
  const { exitCode, stdout } = await mailbox.cli('status');
  assert.equal(exitCode, 1);
  assert.match(stdout, /^test +never ran +none +0 +0 +0$/m);
  assert.match((await mailbox.cli('audit')).stdout, /^test: everything agrees$/m);
  assert.equal((await mailbox.cli('retry')).stdout, 'no message is in quarantine\n');
  assert.deepEqual(await mailbox.written(), []);
});

test('a quarantined message is told by status, put back by retry, and fetched', options, async () => {
  const maildrop = [...maildropOf(mails(1)), { uidl: 'poison', content: mail(9) }];
  await using mailbox = await openCloudMailbox(rigs, maildrop);
  mailbox.server.faults = { refuseRetrOf: ['poison'] };
  for (let run = 0; run < 3; run += 1) await mailbox.run();
  const status = await mailbox.cli('status', '--verbose');
  assert.equal(status.exitCode, 1);
  assert.match(status.stdout, /^test +quarantine .* 1$/m);
  assert.match(status.stdout, /quarantined {2}poison {2}3 attempts/);
  mailbox.server.faults = {};
  assertCounts((await mailbox.run()).run, { listed: 2, known: 1, quarantined: 1 });
  const retry = await mailbox.cli('retry', '--uidl', 'poison');
  assert.deepEqual([retry.exitCode, retry.stderr], [0, '']);
  assert.match(retry.stdout, /^test: 1 message put back/);
  assertCounts((await mailbox.run()).run, { listed: 2, known: 1, stored: 1 });
});

test(
  'what is gone from the bucket is found, marked, fetched again, and then all agrees',
  options,
  async () => {
    await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(3)));
    await mailbox.run();
    const [taken = '', changed = ''] = await mailbox.written('raw/');
    await mailbox.moto.client.send(
      new DeleteObjectCommand({ Bucket: mailbox.moto.bucket, Key: mailbox.prefix + taken }),
    );
    const original = await mailbox.moto.peek(mailbox.prefix + changed);
    await mailbox.moto.plant(mailbox.prefix + changed, Buffer.from('something else'));
    const damaged = await mailbox.cli('audit', '--repair');
    assert.equal(damaged.exitCode, 1);
    assert.match(damaged.stdout, /^test: 2 differences are DAMAGE$/m);
    assert.match(damaged.stdout, /DAMAGE object-missing \(1\)/);
    assert.match(damaged.stdout, /DAMAGE object-different \(1\)/);
    assert.match(damaged.stdout, /1 record marked lost/);
    await mailbox.moto.plant(mailbox.prefix + changed, original);
    assertCounts((await mailbox.run()).run, { listed: 3, known: 2, stored: 1 });
    const good = await mailbox.cli('audit', '--server');
    assert.equal(good.exitCode, 0, good.stdout);
    assert.match(good.stdout, /^test: everything agrees$/m);
  },
);

test('a run under way on whichever machine is named, kept away from, and left alone', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(1)));
  using table = openTestTable(mailbox.dynalite.port);
  const lease = new DynamodbLease(table, Date.now);
  const hold = await lease.acquire(ACCOUNT, OWNER, 3_600_000);
  assert.ok('fence' in hold);
  assert.match((await mailbox.cli('status')).stdout, /at work: process 4711 on nas since 20/);
  const kept = await mailbox.run();
  assert.equal(kept.exitCode, 1);
  assert.equal(kept.run.errors[0]?.code, 'LEASE_HELD');
  assert.deepEqual(await mailbox.written(), []);
  await lease.release(hold);
  assert.doesNotMatch((await mailbox.cli('status')).stdout, /at work/);
  assertCounts((await mailbox.run()).run, { listed: 1, stored: 1 });
});

test('a lease that has expired is not in force, though its owner never gave it back', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(1)));
  using table = openTestTable(mailbox.dynalite.port);
  const hourAgo = (): number => Date.now() - 3_600_000;
  assert.ok('fence' in (await new DynamodbLease(table, hourAgo).acquire(ACCOUNT, OWNER, 60_000)));
  assert.doesNotMatch((await mailbox.cli('status')).stdout, /at work/);
  assertCounts((await mailbox.run()).run, { listed: 1, stored: 1 });
});
