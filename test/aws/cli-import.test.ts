// `mailferry import` into S3 and DynamoDB: the same promises as into a folder, by the built command line.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localOwnerName } from '../../lib/adapters/local-owner.ts';
import { assertCounts, mail, mails } from '../cli/mailbox.ts';
import { readDemoMailbox } from '../support/demo-mailbox.ts';
import { openTestTable } from '../support/dynalite.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { asServed, maildropOf } from '../support/pop3-server/maildrop.ts';
import { S3Rigs } from '../support/s3-rig.ts';
import { openCloudMailbox } from './cloud-mailbox.ts';
import type { CloudMailbox } from './cloud-mailbox.ts';

const options = { skip: motoSkip(), timeout: 120_000 };
const rigs = new S3Rigs();
after(async () => await rigs[Symbol.asyncDispose]());

/** Of the octets of every message of the server as RETR carries them. */
function digestsOf({ server }: CloudMailbox): string[] {
  return server.maildrop
    .map(({ content }) => {
      assert.ok(Buffer.isBuffer(content));
      return createHash('sha256').update(asServed(content)).digest('hex');
    })
    .sort();
}

/** Every raw object is what the server sent, and has its document; each was written once. */
async function assertArchived(mailbox: CloudMailbox): Promise<void> {
  const raw = await mailbox.written('raw/');
  const digests = await Promise.all(
    raw.map(async (key) => {
      const octets = await mailbox.moto.peek(mailbox.prefix + key);
      return createHash('sha256').update(octets).digest('hex');
    }),
  );
  assert.deepEqual(digests.sort(), [...new Set(digestsOf(mailbox))]);
  const documents = raw.map((key) => key.replace('raw/', 'parsed/v1/').replace(/\.eml$/, '.json'));
  assert.deepEqual(await mailbox.written('parsed/'), documents.sort());
}

test('an import stores every message as it came, and the next one finds nothing new', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, await readDemoMailbox());
  const first = await mailbox.run();
  assert.equal(first.exitCode, 0, first.stderr);
  // Progress, and nothing of the SDK's.
  assert.doesNotMatch(first.stderr, /^(?!test: ).+$/m);
  const { listed, stored, duplicate } = first.run.counts;
  assert.equal(stored + duplicate, listed);
  await assertArchived(mailbox);
  const writes = await mailbox.written();
  const second = await mailbox.run();
  assert.equal(second.exitCode, 0, second.stderr);
  assertCounts(second.run, { listed, known: listed });
  assert.deepEqual(await mailbox.written(), writes);
  assert.deepEqual(await readdir(mailbox.temporary), []);
});

test('only what is new is fetched by the next import', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(2)));
  await mailbox.run();
  mailbox.server.maildrop.push(...maildropOf([mail(3)]));
  assertCounts((await mailbox.run()).run, { listed: 3, known: 2, stored: 1 });
  await assertArchived(mailbox);
});

test(
  'a message is recorded after its document is stored, and a failing store records nothing',
  options,
  async () => {
    await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(1)));
    mailbox.proxy.onRequest = (method, url) =>
      method === 'PUT' && url.includes('/parsed/') ? { status: 403, code: 'AccessDenied' } : undefined;
    const failed = await mailbox.run();
    assert.equal(failed.exitCode, 1);
    assert.equal(failed.run.errors[0]?.code, 'ARCHIVE_UNWRITABLE');
    assertCounts(failed.run, { listed: 1, failed: 1 });
    assert.equal((await mailbox.written('raw/')).length, 1);
    mailbox.proxy.onRequest = () => undefined;
    const next = await mailbox.run();
    assert.equal(next.exitCode, 0, next.stderr);
    assertCounts(next.run, { listed: 1, duplicate: 1 });
    await assertArchived(mailbox);
  },
);

test('a dry run tells what it would do, and writes nothing anywhere', options, async () => {
  await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(3)));
  const { exitCode, run } = await mailbox.run('--dry-run');
  assert.equal(exitCode, 0);
  assert.equal(run.counts.listed, 3);
  assert.deepEqual(await mailbox.written(), []);
  using table = openTestTable(mailbox.dynalite.port);
  for await (const item of table.query('looking', { pk: 'A#test' })) assert.fail(JSON.stringify(item));
  for await (const item of table.query('looking', { pk: 'U#test' })) assert.fail(JSON.stringify(item));
  assert.deepEqual(await readdir(mailbox.temporary), []);
});

test(
  'a message too large for memory goes by a folder of the run, which is gone afterwards',
  options,
  async () => {
    await using mailbox = await openCloudMailbox(rigs, maildropOf([mail(1, 3_000_000), mail(2)]));
    const seen = new Set<string>();
    mailbox.proxy.onRequest = (method) => {
      if (method === 'PUT')
        void readdir(mailbox.temporary).then((names) => names.forEach((name) => seen.add(name)));
      return undefined;
    };
    const { exitCode, run, stderr } = await mailbox.run();
    assert.equal(exitCode, 0, stderr);
    assertCounts(run, { listed: 2, stored: 2 });
    await assertArchived(mailbox);
    assert.equal(seen.size, 1);
    assert.match([...seen].join(), /^mailferry-spool\+[^+]+\+\d+\+\w+$/);
    assert.deepEqual(await readdir(mailbox.temporary), []);
  },
);

test(
  'what a killed run left in its folder is removed by the next, and no folder of another',
  options,
  async () => {
    await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(1)));
    const [host = ''] = localOwnerName().split('/');
    // No pid is as great as the first; the second is this process, which is alive.
    const dead = join(mailbox.temporary, `mailferry-spool+${host}+4999999+aaaaaa`);
    const alive = `mailferry-spool+${host}+${process.pid}+bbbbbb`;
    const elsewhere = 'mailferry-spool+elsewhere+4999999+cccccc';
    for (const name of [dead, join(mailbox.temporary, alive), join(mailbox.temporary, elsewhere)])
      await mkdir(name);
    await writeFile(join(dead, 'x.tmp'), 'mail');
    assert.equal((await mailbox.run()).exitCode, 0);
    assert.deepEqual((await readdir(mailbox.temporary)).sort(), [alive, elsewhere].sort());
  },
);
