// `mailferry reparse` of an archive in S3: the very same documents come back, with what S3 keeps beside each message of its import,
// and what is there and right is not written again.

import assert from 'node:assert/strict';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { after, test } from 'node:test';
import { mails } from '../cli/mailbox.ts';
import { sha256Of } from '../support/memory-blob-store.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { S3Rigs } from '../support/s3-rig.ts';
import { openCloudMailbox } from './cloud-mailbox.ts';
import type { CloudMailbox } from './cloud-mailbox.ts';

const options = { skip: motoSkip(), timeout: 120_000 };
const rigs = new S3Rigs();
after(async () => await rigs[Symbol.asyncDispose]());

const WITH_ATTACHMENT = Buffer.from(
  'From: a@example.org\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\nnot really\r\n',
);

async function derivedObjects(mailbox: CloudMailbox): Promise<Map<string, Buffer>> {
  const objects = new Map<string, Buffer>();
  const { moto, prefix } = mailbox;
  const keys = [...(await mailbox.written('parsed/')), ...(await mailbox.written('attachments/'))];
  for (const key of new Set(keys)) {
    const octets = await moto.peek(prefix + key);
    if (octets !== undefined) objects.set(key, octets);
  }
  return objects;
}

async function remove({ moto, prefix }: CloudMailbox, keys: Iterable<string>): Promise<void> {
  for (const key of keys)
    await moto.client.send(new DeleteObjectCommand({ Bucket: moto.bucket, Key: prefix + key }));
}

/** Of an import the objects say themselves what the ledger does: a file that is empty will do. */
for (const ledger of ['with its ledger', 'without any ledger'] as const) {
  test(`lost derived objects are made again, octet for octet, ${ledger}`, options, async () => {
    await using mailbox = await openCloudMailbox(rigs, maildropOf([...mails(12), WITH_ATTACHMENT]));
    await mailbox.run();
    if (ledger === 'without any ledger') await mailbox.configure({ ledger: './ledger.db' });
    const before = await derivedObjects(mailbox);
    assert.equal(before.size, 14);
    await remove(mailbox, before.keys());
    const { exitCode, stdout, stderr } = await mailbox.cli('reparse', '--missing');
    assert.deepEqual([exitCode, stderr], [0, ''], stdout);
    assert.match(stdout, /13 files in the archive: 0 left out; documents: 13 written, 0 unchanged/);
    assert.deepEqual(await derivedObjects(mailbox), before);
  });
}

test(
  'what is there is not written again; what is damaged or gone is put right or named',
  options,
  async () => {
    await using mailbox = await openCloudMailbox(rigs, maildropOf([...mails(3), WITH_ATTACHMENT]));
    await mailbox.run();
    const before = await derivedObjects(mailbox);
    const versions = await mailbox.written('parsed/');
    const again = await mailbox.cli('reparse', '--catalog', 'none');
    assert.match(again.stdout, /documents: 0 written, 4 unchanged/);
    assert.deepEqual(await mailbox.written('parsed/'), versions);

    const [attachment = ''] = await mailbox.written('attachments/');
    await mailbox.moto.plant(mailbox.prefix + attachment, Buffer.from('damaged'));
    const others = (await mailbox.written('raw/')).filter((key) => !key.includes(sha256Of(WITH_ATTACHMENT)));
    const [gone = '', damaged = ''] = others;
    await remove(mailbox, [gone]);
    await mailbox.moto.plant(mailbox.prefix + damaged, Buffer.from('something else'));
    const { exitCode, stdout } = await mailbox.cli('reparse');
    assert.equal(exitCode, 1);
    assert.match(stdout, /3 files in the archive: 1 left out; documents: 0 written, 2 unchanged/);
    assert.match(stdout, /^ {2}1 attachment put right$/m);
    assert.ok(stdout.includes('NOT PARSED object-missing (1)') && stdout.includes(gone), stdout);
    assert.ok(stdout.includes('NOT PARSED object-different (1)') && stdout.includes(damaged), stdout);
    assert.deepEqual(await derivedObjects(mailbox), before);
  },
);
