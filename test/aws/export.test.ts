// `mailferry export` of an archive in S3: every message, in order, byte for byte, and a damaged one named.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { mails } from '../cli/mailbox.ts';
import { readMbox } from '../support/mbox-reader.ts';
import { sha256Of } from '../support/memory-blob-store.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { S3Rigs } from '../support/s3-rig.ts';
import { openCloudMailbox } from './cloud-mailbox.ts';

const options = { skip: motoSkip(), timeout: 120_000 };
const rigs = new S3Rigs();
after(async () => await rigs[Symbol.asyncDispose]());

test('an archive in S3 is exported whole, and what is damaged there is left out', options, async () => {
  const messages = [...mails(30), Buffer.from(`Subject: long\r\n\r\n${'From x\r\n'.repeat(100_000)}`)];
  await using mailbox = await openCloudMailbox(rigs, maildropOf(messages));
  await mailbox.run();
  const before = await mailbox.written();
  const file = join(mailbox.folder, 'out.mbox');
  const { exitCode, stdout, stderr } = await mailbox.cli('export', '--to', `mbox:${file}`);
  assert.deepEqual([exitCode, stderr], [0, ''], stdout);
  const keys = (await mailbox.written('raw/')).toSorted();
  const digests = keys.map((key) => /([0-9a-f]{64})\.eml$/.exec(key)?.[1]);
  assert.equal(digests.length, 31);
  assert.deepEqual(
    readMbox(await readFile(file)).map(({ octets }) => sha256Of(octets)),
    digests,
  );
  assert.deepEqual(await mailbox.written(), before);

  const [damaged = ''] = keys;
  await mailbox.moto.plant(mailbox.prefix + damaged, Buffer.from('something else'));
  const maildir = join(mailbox.folder, 'Maildir');
  const partly = await mailbox.cli('export', '--to', `maildir:${maildir}`);
  assert.equal(partly.exitCode, 1);
  assert.match(partly.stdout, /31 messages in the archive: 30 exported now, 0 exported before, 1 left out/);
  assert.ok(partly.stdout.includes(`${damaged}  it has 14 octets`), partly.stdout);
  assert.equal((await readdir(join(maildir, 'new'))).length, 30);
});
