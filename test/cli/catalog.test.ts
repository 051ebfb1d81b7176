// `mailferry catalog compact` and what an import writes for it: a file a run, one after compaction, and never a failed import.

import assert from 'node:assert/strict';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { readArchive } from '../support/archive-snapshot.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { mail, openMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

const options = { timeout: 120_000 };

const reportSchema = z.strictObject({
  complete: z.boolean(),
  accounts: z.array(
    z.strictObject({
      account: z.string(),
      report: z
        .strictObject({
          files: z.int(),
          merged: z.int(),
          made: z.int(),
          rows: z.int(),
          repeats: z.int(),
          damaged: z.array(z.string()),
          tooLarge: z.array(z.string()),
        })
        .nullable(),
      failure: z.looseObject({ code: z.string() }).nullable(),
    }),
  ),
});

async function catalogFiles({ archiveFolder }: Mailbox): Promise<string[]> {
  const names = await readdir(join(archiveFolder, 'catalog'), { recursive: true });
  return names.filter((name) => name.endsWith('.ndjson.gz'));
}

async function compact(
  mailbox: Mailbox,
): Promise<{ exitCode: number | null } & z.infer<typeof reportSchema>> {
  const { exitCode, stdout } = await mailbox.cli('catalog', 'compact', '--json');
  return { exitCode, ...reportSchema.parse(JSON.parse(stdout)) };
}

test('three runs write three files; compaction makes one of them, with every row', options, async () => {
  await using mailbox = await openMailbox(maildropOf([mail(1)]));
  for (const number of [2, 3, 4]) {
    const { run } = await mailbox.run();
    assert.equal(run.outcome, 'complete');
    mailbox.server.maildrop.push(
      ...maildropOf([mail(number)]).map((one) => ({ ...one, uidl: `u${number}` })),
    );
  }
  assert.equal((await catalogFiles(mailbox)).length, 3);
  const { exitCode, complete, accounts } = await compact(mailbox);
  assert.deepEqual([exitCode, complete], [0, true]);
  assert.deepEqual(
    accounts.map(({ report }) => report),
    [{ files: 3, merged: 3, made: 1, rows: 3, repeats: 0, damaged: [], tooLarge: [] }],
  );
  assert.equal((await catalogFiles(mailbox)).length, 1);
  const archive = await readArchive(mailbox.archiveFolder);
  assert.deepEqual([...archive.catalog].sort(), [...archive.raw.keys()].sort());
});

test('a file that cannot be read is named, and makes the exit code 1', options, async () => {
  await using mailbox = await openMailbox(maildropOf([mail(1)]));
  await mailbox.run();
  const [name = assert.fail('no file')] = await catalogFiles(mailbox);
  const damaged = join('catalog', name, '..', 'damaged.ndjson.gz');
  await writeFile(join(mailbox.archiveFolder, damaged), 'x');
  const { exitCode, complete, accounts } = await compact(mailbox);
  assert.deepEqual([exitCode, complete], [1, false]);
  assert.deepEqual(accounts[0]?.report?.damaged, [damaged]);
  const { stdout } = await mailbox.cli('catalog', 'compact');
  assert.match(stdout, /cannot be read.*damaged\.ndjson\.gz/);
});

test(
  'a catalog that cannot be written is told and fails no message; the next run writes it',
  options,
  async () => {
    await using mailbox = await openMailbox(maildropOf([mail(1), mail(2)]));
    const inTheWay = join(mailbox.archiveFolder, 'catalog');
    await mkdir(mailbox.archiveFolder, { recursive: true });
    await writeFile(inTheWay, 'a file where a folder is due');
    const { run, exitCode, stderr } = await mailbox.run();
    assert.deepEqual([run.outcome, run.counts.stored, exitCode], ['complete', 2, 1]);
    assert.match(stderr, /the catalog could not be written/);
    await rm(inTheWay);
    assert.equal((await mailbox.run()).exitCode, 0);
    const archive = await readArchive(mailbox.archiveFolder);
    assert.deepEqual([...archive.catalog].sort(), [...archive.raw.keys()].sort());
  },
);

test('--catalog none writes no rows', options, async () => {
  await using mailbox = await openMailbox(maildropOf([mail(1)]));
  await mailbox.run('--catalog', 'none');
  assert.equal((await readArchive(mailbox.archiveFolder)).catalog.size, 0);
});
