// `mailferry reparse`: derived objects are lost or damaged, and the built command line makes the very same ones again.

import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { AccountId } from '../../lib/core/account.ts';
import { plant } from '../export/exporting.ts';
import { readTree } from '../support/archive-tree.ts';
import { startCli } from '../support/cli.ts';
import { readLedger } from '../support/ledger-file.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { mail, mails, openMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

const options = { timeout: 60_000 };

const count = z.int().nonnegative();
const reportSchema = z.strictObject({
  good: z.boolean(),
  parser: z.strictObject({ name: z.string(), version: z.string() }),
  accounts: z.array(
    z.strictObject({
      account: z.string(),
      counts: z
        .strictObject({
          objects: count,
          written: count,
          unchanged: count,
          kept: count,
          failed: count,
          left: count,
          underWay: count,
          present: count,
          outside: count,
          unknownImport: count,
          mended: count,
          octets: count,
          missing: count,
        })
        .nullable(),
      problems: z
        .array(
          z.strictObject({
            kind: z.string(),
            severity: z.enum(['failure', 'news']),
            key: z.string(),
            detail: z.string().optional(),
          }),
        )
        .nullable(),
      failure: z.looseObject({ code: z.string() }).nullable(),
    }),
  ),
  catalog: z.strictObject({ rows: count, files: count, error: z.string().optional() }).nullable(),
  kinds: z.record(z.string(), z.looseObject({ meaning: z.string() })),
});

type Report = z.infer<typeof reportSchema>;

async function reparse(
  mailbox: Mailbox,
  ...args: readonly string[]
): Promise<{ report: Report; counts: Partial<Record<string, number>>; exitCode: number | null }> {
  const { exitCode, stdout, stderr } = await mailbox.cli('reparse', '--json', ...args);
  assert.equal(stderr, '');
  const report = reportSchema.parse(JSON.parse(stdout));
  const all = Object.entries(report.accounts[0]?.counts ?? {});
  const counts = Object.fromEntries(all.filter(([name, number]) => number > 0 && name !== 'octets'));
  return { report, counts, exitCode };
}

const WITH_ATTACHMENTS = Buffer.from(
  [
    'From: a@example.org',
    'Date: Thu, 02 Jan 2025 03:04:05 +0000',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    ...['one', 'two'].flatMap((body) => ['--b', 'Content-Type: application/pdf', '', body]),
    '--b--',
    '',
  ].join('\r\n'),
);

async function imported(): Promise<{ mailbox: Mailbox; before: [string, Buffer][] }> {
  const mailbox = await openMailbox(maildropOf([...mails(3), WITH_ATTACHMENTS]));
  try {
    await mailbox.run();
    return { mailbox, before: await readTree(mailbox.archiveFolder) };
  } catch (error) {
    await mailbox[Symbol.asyncDispose]();
    throw error;
  }
}

function keysBelow(tree: readonly [string, Buffer][], folder: string): string[] {
  return tree.map(([key]) => key).filter((key) => key.startsWith(folder));
}

test(
  'all derived objects are lost, and the very same ones are made again, the catalog too',
  options,
  async () => {
    const { mailbox, before } = await imported();
    await using _ = mailbox;
    const ledger = readLedger(mailbox.archiveFolder);
    assert.equal(keysBelow(before, 'attachments/').length, 2);
    assert.ok(keysBelow(before, 'catalog/').length > 0);
    for (const folder of ['parsed', 'attachments', 'catalog'])
      await rm(join(mailbox.archiveFolder, folder), { recursive: true });
    const { exitCode, stdout, stderr } = await mailbox.cli('reparse');
    assert.deepEqual([exitCode, stderr], [0, ''], stdout);
    assert.match(stdout, /^test: parsed$/m);
    assert.match(
      stdout,
      /4 files in the archive: 0 left out; documents: 4 written, 0 unchanged, 0 kept, 0 failed/,
    );
    assert.deepEqual(await readTree(mailbox.archiveFolder), before);
    assert.deepEqual(readLedger(mailbox.archiveFolder), ledger);
  },
);

test('what is there and right is not written again; what is damaged is', options, async () => {
  const { mailbox, before } = await imported();
  await using _ = mailbox;
  const derived = [...keysBelow(before, 'parsed/'), ...keysBelow(before, 'attachments/')];
  const changedAt = async (): Promise<number[]> =>
    await Promise.all(derived.map(async (key) => (await stat(join(mailbox.archiveFolder, key))).mtimeMs));
  const times = await changedAt();
  const again = await reparse(mailbox);
  assert.deepEqual([again.exitCode, again.counts], [0, { objects: 4, unchanged: 4 }]);
  assert.deepEqual(await changedAt(), times);
  for (const key of [derived[0], derived.at(-1)])
    await writeFile(join(mailbox.archiveFolder, key ?? ''), 'damaged');
  const { exitCode, counts } = await reparse(mailbox);
  assert.deepEqual([exitCode, counts], [0, { objects: 4, written: 1, unchanged: 3, mended: 1 }]);
  assert.deepEqual(await readTree(mailbox.archiveFolder), before);
});

test('with --missing or --outdated only those are parsed that need it', options, async () => {
  const { mailbox, before } = await imported();
  await using _ = mailbox;
  const [lost = '', old = ''] = keysBelow(before, 'parsed/');
  const oldPath = join(mailbox.archiveFolder, old);
  await writeFile(oldPath, String(await readFile(oldPath)).replace(/"version":"[^"]*"/, '"version":"1"'));
  await rm(join(mailbox.archiveFolder, lost));
  const missing = await reparse(mailbox, 'test', '--missing');
  assert.deepEqual([missing.exitCode, missing.counts], [0, { objects: 4, written: 1, present: 3 }]);
  const outdated = await reparse(mailbox, '--account', 'test', '--outdated');
  assert.deepEqual([outdated.exitCode, outdated.counts], [0, { objects: 4, written: 1, present: 3 }]);
  assert.equal(outdated.report.catalog?.rows, 1);
  assert.deepEqual(await withoutCatalog(mailbox), before.filter(isNoCatalog));
  const later = await reparse(mailbox, '--since', '2025-01-03');
  assert.deepEqual([later.exitCode, later.counts], [0, { objects: 4, outside: 4 }]);
});

const isNoCatalog = ([key]: [string, Buffer]): boolean => !key.startsWith('catalog/');

async function withoutCatalog({ archiveFolder }: Mailbox): Promise<[string, Buffer][]> {
  return (await readTree(archiveFolder)).filter(isNoCatalog);
}

test(
  'damaged and absent messages are named, keep their documents, and make the exit code 1',
  options,
  async () => {
    const { mailbox, before } = await imported();
    await using _ = mailbox;
    const [damaged = '', absent = ''] = keysBelow(before, 'raw/');
    await writeFile(join(mailbox.archiveFolder, damaged), 'something else');
    await rm(join(mailbox.archiveFolder, absent));
    const { exitCode, report, counts } = await reparse(mailbox);
    assert.deepEqual([exitCode, report.good], [1, false]);
    assert.deepEqual(counts, { objects: 3, unchanged: 2, left: 1, missing: 1 });
    assert.deepEqual(
      report.accounts[0]?.problems?.map(({ kind, key }) => [kind, key]),
      [
        ['object-different', damaged],
        ['object-missing', absent],
      ],
    );
    const derived = (key: string): boolean => key.startsWith('parsed/') || key.startsWith('attachments/');
    assert.deepEqual(
      (await readTree(mailbox.archiveFolder)).filter(([key]) => derived(key)),
      before.filter(([key]) => derived(key)),
    );
    const { stdout } = await mailbox.cli('reparse');
    assert.match(stdout, /^test: NOT ALL PARSED$/m);
    assert.match(stdout, /NOT PARSED object-missing \(1\)/);
  },
);

test(
  'beside a run it works, and leaves to that what it has stored and not recorded yet',
  options,
  async () => {
    const { mailbox, before } = await imported();
    await using _ = mailbox;
    {
      using file = mailbox.ledger();
      await file.lease.acquire('test' as AccountId, 'another-host/1/01KARFK3G0ABCDEFGHJKMNPQRS', 600_000);
    }
    const blobs = new MemoryBlobStore();
    const octets = mail(77);
    const key = plant(blobs, octets, 'test' as AccountId);
    await writeFile(join(mailbox.archiveFolder, key), octets);
    const { exitCode, counts } = await reparse(mailbox);
    assert.deepEqual([exitCode, counts], [0, { objects: 5, unchanged: 4, underWay: 1 }]);
    assert.equal((await readTree(mailbox.archiveFolder)).length, before.length + 1);
  },
);

test(
  'an archive whose ledger is lost too is parsed again, with what the documents know of each import',
  options,
  async () => {
    const { mailbox, before } = await imported();
    await using _ = mailbox;
    const [lost = ''] = keysBelow(before, 'parsed/');
    for (const suffix of ['', '-wal', '-shm'])
      await rm(join(mailbox.archiveFolder, `ledger.db${suffix}`), { force: true });
    await rm(join(mailbox.archiveFolder, lost));
    const { exitCode, counts } = await reparse(mailbox, '--catalog', 'none');
    assert.deepEqual([exitCode, counts], [0, { objects: 4, written: 1, unchanged: 3, unknownImport: 1 }]);
    const { ingest } = JSON.parse(String(await readFile(join(mailbox.archiveFolder, lost)))) as {
      ingest: Record<string, unknown>;
    };
    assert.deepEqual(
      [ingest['uidl'], ingest['runId'], ingest['fetchedAt']],
      [null, '', '1970-01-01T00:00:00.000Z'],
    );
    const others = (tree: [string, Buffer][]): [string, Buffer][] =>
      tree.filter(([name]) => name !== lost && !name.startsWith('catalog/'));
    assert.deepEqual(others(await readTree(mailbox.archiveFolder)), others(before));
  },
);

test(
  'a reparse that is killed, wherever it is then, harms nothing, and the next one finishes',
  options,
  async () => {
    await using mailbox = await openMailbox(maildropOf([...mails(40), WITH_ATTACHMENTS]));
    await mailbox.run();
    const before = await readTree(mailbox.archiveFolder);
    const [first = ''] = keysBelow(before, 'parsed/');
    for (const enough of [1, 12]) {
      for (const folder of ['parsed', 'attachments'])
        await rm(join(mailbox.archiveFolder, folder), { recursive: true, force: true });
      const running = startCli(['reparse', '--config', mailbox.configFile]);
      const folder = join(mailbox.archiveFolder, dirname(first));
      while (running.isAlive() && (await namesIn(folder)).length < enough) await sleep(2);
      running.killHard();
      await running.result;
      const { exitCode, counts } = await reparse(mailbox);
      assert.deepEqual([exitCode, counts['objects']], [0, 41]);
      assert.deepEqual(await withoutCatalog(mailbox), before.filter(isNoCatalog));
      assert.deepEqual(await namesIn(join(mailbox.archiveFolder, '.tmp')), []);
    }
  },
);

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

test('what makes no sense is refused before anything is opened', options, async () => {
  await using mailbox = await openMailbox([]);
  for (const args of [
    ['--missing', '--outdated'],
    ['--since', 'yesterday'],
    ['--workers', '0'],
    ['nobody'],
    ['--account', 'nobody'],
  ]) {
    const { exitCode, stdout } = await mailbox.cli('reparse', ...args);
    assert.deepEqual([exitCode, stdout], [2, ''], args.join(' '));
  }
  assert.deepEqual(await readdir(mailbox.folder), ['mailferry.yaml']);
});
