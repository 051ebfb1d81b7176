// `mailferry rebuild-ledger`: the ledger file is lost, the built command line makes it again, and the import goes on.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import type { AccountId } from '../../lib/core/account.ts';
import { readTree } from '../support/archive-tree.ts';
import { readLedger } from '../support/ledger-file.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { sentCommands } from '../support/sent-commands.ts';
import { assertCounts, mails, openMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

const options = { timeout: 60_000 };

const reportSchema = z.strictObject({
  good: z.boolean(),
  accounts: z.array(
    z.strictObject({
      account: z.string(),
      counts: z
        .strictObject({
          objects: z.int(),
          recorded: z.int(),
          known: z.int(),
          left: z.int(),
          withoutUidl: z.int(),
          unparsed: z.int(),
          octets: z.int(),
        })
        .nullable(),
      problems: z
        .array(
          z.strictObject({
            kind: z.string(),
            severity: z.enum(['damage', 'news']),
            key: z.string(),
            detail: z.string().optional(),
          }),
        )
        .nullable(),
      failure: z.looseObject({ code: z.string() }).nullable(),
    }),
  ),
  parsing: z.looseObject({ failed: z.int() }),
  kinds: z.record(z.string(), z.looseObject({ meaning: z.string() })),
});

async function loseLedger({ archiveFolder }: Mailbox): Promise<void> {
  for (const suffix of ['', '-wal', '-shm'])
    await rm(join(archiveFolder, `ledger.db${suffix}`), { force: true });
}

test('a lost ledger file is made again from the folder, and an import fetches nothing', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(4)));
  await mailbox.run();
  const before = readLedger(mailbox.archiveFolder);
  await loseLedger(mailbox);
  const { exitCode, stdout, stderr } = await mailbox.cli('rebuild-ledger');
  assert.deepEqual([exitCode, stderr], [0, ''], stdout);
  assert.match(stdout, /^test: every message is recorded$/m);
  assert.match(stdout, /4 files in the archive: 4 recorded now, 0 recorded before, 0 not recorded/);
  assert.deepEqual(readLedger(mailbox.archiveFolder), before);
  const retrieved = sentCommands(mailbox.server, 'RETR').length;
  assertCounts((await mailbox.run()).run, { listed: 4, known: 4 });
  assert.equal(sentCommands(mailbox.server, 'RETR').length, retrieved);
  assert.match((await mailbox.cli('audit', '--server')).stdout, /^test: everything agrees$/m);
});

test('a message without document is parsed, fetched once more, and then known', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(2)));
  await mailbox.run();
  const documents = (await readTree(mailbox.archiveFolder)).filter(([key]) => key.startsWith('parsed/'));
  await rm(join(mailbox.archiveFolder, documents[0]?.[0] ?? ''));
  await loseLedger(mailbox);
  const { exitCode, stdout } = await mailbox.cli('rebuild-ledger');
  assert.equal(exitCode, 0);
  assert.match(stdout, /1 of them without a UIDL/);
  const isOfCatalog = ([key]: [string, Buffer]): boolean => key.startsWith('catalog/');
  assert.equal((await readTree(mailbox.archiveFolder)).filter((entry) => !isOfCatalog(entry)).length, 4);
  assertCounts((await mailbox.run()).run, { listed: 2, known: 1, duplicate: 1 });
  assertCounts((await mailbox.run()).run, { listed: 2, known: 2 });
});

test('a dry run makes no ledger; damage is named and makes the exit code 1', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(2)));
  await mailbox.run();
  await loseLedger(mailbox);
  const [key = ''] = (await readTree(mailbox.archiveFolder))
    .map(([name]) => name)
    .filter((name) => name.startsWith('raw/'));
  const dryRun = await mailbox.cli('rebuild-ledger', '--dry-run');
  assert.equal(dryRun.exitCode, 0);
  assert.match(dryRun.stdout, /2 to be recorded \(this was a dry run\)/);
  assert.equal(existsSync(join(mailbox.archiveFolder, 'ledger.db')), false);
  await writeFile(join(mailbox.archiveFolder, key), 'something else');
  const { exitCode, stdout } = await mailbox.cli('rebuild-ledger', '--json');
  assert.equal(exitCode, 1);
  const { good, accounts } = reportSchema.parse(JSON.parse(stdout));
  assert.equal(good, false);
  assert.deepEqual(
    accounts[0]?.problems?.map((problem) => [problem.kind, problem.key]),
    [['object-different', key]],
  );
  assert.deepEqual([accounts[0]?.counts?.recorded, accounts[0]?.counts?.left], [1, 1]);
  assert.match((await mailbox.cli('rebuild-ledger')).stdout, /DAMAGE object-different \(1\)/);
});

test(
  'documents that are lost are made again, with the ledger and the messages as they were',
  options,
  async () => {
    await using mailbox = await openMailbox(maildropOf(mails(3)));
    await mailbox.run();
    const before = await readTree(mailbox.archiveFolder);
    await rm(join(mailbox.archiveFolder, 'parsed'), { recursive: true });
    const dryRun = await mailbox.cli('rebuild-ledger', '--dry-run');
    assert.match(dryRun.stdout, /3 without their parsed document: to be parsed/);
    const { exitCode, stdout } = await mailbox.cli('rebuild-ledger');
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /3 files in the archive: 0 recorded now, 3 recorded before, 0 not recorded/);
    assert.match(stdout, /3 without their parsed document: given to the parser/);
    assert.deepEqual(await readTree(mailbox.archiveFolder), before);
  },
);

test('while a run works on the account its ledger is left alone', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(1)));
  await mailbox.run();
  await holdLease(mailbox);
  const { exitCode, stdout } = await mailbox.cli('rebuild-ledger');
  assert.equal(exitCode, 1);
  assert.match(stdout, /LEASE_HELD: a run \(another-host.*\) works on this account; its lease/);
});

/** As a run on another machine has it. */
async function holdLease(mailbox: Mailbox): Promise<void> {
  using file = mailbox.ledger();
  await file.lease.acquire('test' as AccountId, 'another-host/1/01KARFK3G0ABCDEFGHJKMNPQRS', 600_000);
}
