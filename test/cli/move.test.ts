// `mailferry move`: the built command line moves an archive with its ledger, says what it did, and takes up what was cut off.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { readArchive } from '../support/archive-snapshot.ts';
import { readTree } from '../support/archive-tree.ts';
import { mailWithAttachments } from '../support/attachment-mail.ts';
import type { AccountId } from '../../lib/core/account.ts';
import { runCli, startCli } from '../support/cli.ts';
import type { CliResult } from '../support/cli.ts';
import { runImportOfOne } from '../support/import-run.ts';
import { readLedger } from '../support/ledger-file.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { assertCounts, mails, openMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

const options = { timeout: 120_000 };
const PASSWORD = 'correct horse';
const ENV = { MAILFERRY_TEST_PASSWORD: PASSWORD };

const counts = z.record(z.string(), z.int().nonnegative());
const reportSchema = z.strictObject({
  complete: z.boolean(),
  from: z.strictObject({ archive: z.string(), ledger: z.string() }),
  to: z.strictObject({ archive: z.string(), ledger: z.string() }),
  parsing: z.looseObject({ failed: z.int() }),
  strays: z.array(z.string()),
  accounts: z.array(
    z.strictObject({
      account: z.string(),
      complete: z.boolean(),
      objects: z.record(z.enum(['raw', 'parsed', 'attachments', 'catalog']), counts).optional(),
      isTargetAhead: z.boolean().optional(),
      records: counts.optional(),
      runs: z.int().optional(),
      waitingRows: z.int().optional(),
      octets: z.int().optional(),
      problems: z
        .array(
          z.strictObject({
            kind: z.string(),
            severity: z.enum(['incomplete', 'news']),
            key: z.string().optional(),
            uidl: z.string().optional(),
            state: z.string().optional(),
            detail: z.string().optional(),
          }),
        )
        .optional(),
      preview: z.looseObject({ octets: z.int() }).optional(),
      failure: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
    }),
  ),
  kinds: z.record(z.string(), z.looseObject({ meaning: z.string(), remedy: z.string() })),
});

interface Moving {
  readonly mailbox: Mailbox;
  readonly targetFolder: string;
  readonly targetConfig: string;
  move(...args: readonly string[]): Promise<CliResult>;
}

/** A second configuration beside the first, with the archive `other`. */
async function movingTo(mailbox: Mailbox, changes: object = {}): Promise<Moving> {
  const targetConfig = join(mailbox.folder, 'other.yaml');
  const config = JSON.parse(await readFile(mailbox.configFile, 'utf8')) as object;
  await writeFile(targetConfig, JSON.stringify({ ...config, archive: './other', ...changes }));
  return {
    mailbox,
    targetFolder: join(mailbox.folder, 'other'),
    targetConfig,
    move: async (...args) => await mailbox.cli('move', '--to', targetConfig, ...args),
  };
}

async function assertSame({ mailbox, targetFolder }: Moving): Promise<void> {
  assert.deepEqual(await readTree(targetFolder), await readTree(mailbox.archiveFolder));
  const nameOf = ({ uidl, sha256 }: { uidl: string; sha256: string }): string => `${uidl} ${sha256}`;
  const [from, to] = [mailbox.archiveFolder, targetFolder].map((folder) =>
    readLedger(folder).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
  );
  assert.deepEqual(to, from);
}

test(
  'a moved account is there whole, agrees with its server, and goes on from where it was',
  options,
  async () => {
    const maildrop = maildropOf([...mails(4), mailWithAttachments(9)]);
    await using mailbox = await openMailbox(maildrop);
    await mailbox.run();
    const moving = await movingTo(mailbox);
    const before = await readTree(mailbox.archiveFolder);
    const { exitCode, stdout, stderr } = await moving.move();
    assert.deepEqual([exitCode, stderr], [0, ''], stdout);
    assert.match(stdout, /^test: moved: all of the source is in the target, compared$/m);
    assert.match(stdout, /^ {2}messages +5 +5 +0 +0$/m);
    assert.match(stdout, /^ {2}records +5 +5 +0 +0$/m);
    assert.deepEqual(await readTree(mailbox.archiveFolder), before);
    await assertSame(moving);

    const audit = await runCli(['audit', '--server', '--config', moving.targetConfig], { env: ENV });
    assert.match(audit.stdout, /^test: everything agrees$/m);
    maildrop.push({ uidl: 'later', content: mails(5).at(-1) ?? Buffer.alloc(0) });
    const { run } = await runImportOfOne({ configFile: moving.targetConfig, password: PASSWORD });
    assertCounts(run, { listed: 6, known: 5, stored: 1 });

    const again = await moving.move();
    assert.equal(again.exitCode, 0);
    assert.match(again.stdout, /the target has worked on this account by itself/);
  },
);

test('a move that is killed leaves what is right, and is finished by the next one', options, async () => {
  const MESSAGES = 600;
  await using mailbox = await openMailbox(maildropOf(mails(MESSAGES)));
  await mailbox.run();
  const moving = await movingTo(mailbox);
  const args = ['move', '--to', moving.targetConfig, '--config', mailbox.configFile];
  const moves = startCli(args);
  while (moves.isAlive() && (await readTree(moving.targetFolder)).length < 100) await sleep(1);
  moves.killHard();
  const killed = await moves.result;
  assert.equal(killed.signal, 'SIGKILL', killed.stdout);
  const there = new Set((await readTree(moving.targetFolder)).map(([key]) => key));
  assert.ok(there.size < MESSAGES * 2, `${there.size} of ${MESSAGES * 2} objects`);
  for (const { sha256 } of readLedger(moving.targetFolder))
    assert.ok(there.has(`raw/account=test/dt=2025-01-02/${sha256}.eml`));
  const { exitCode, stdout } = await moving.move('--json');
  assert.equal(exitCode, 0);
  const { complete, accounts } = reportSchema.parse(JSON.parse(stdout));
  assert.ok(complete);
  const { objects } = accounts[0] ?? {};
  const copied = (objects?.raw['copied'] ?? 0) + (objects?.parsed['copied'] ?? 0);
  const ofCatalog = [...there].filter((key) => key.startsWith('catalog/')).length;
  assert.equal(copied, MESSAGES * 2 - (there.size - ofCatalog));
  await assertSame(moving);
});

test(
  'what is damaged or gone is named, by the text and by the report, and the exit code is 1',
  options,
  async () => {
    await using mailbox = await openMailbox(maildropOf(mails(4)));
    await mailbox.run();
    const moving = await movingTo(mailbox);
    const raw = (await readTree(mailbox.archiveFolder))
      .map(([key]) => key)
      .filter((key) => key.startsWith('raw/'));
    const [damaged = '', gone = ''] = raw;
    await writeFile(join(mailbox.archiveFolder, damaged), 'something else');
    await rm(join(mailbox.archiveFolder, gone));
    const text = await moving.move();
    assert.equal(text.exitCode, 1);
    assert.match(text.stdout, /^test: NOT COMPLETE$/m);
    assert.match(text.stdout, /NOT MOVED object-missing \(1\)/);
    assert.match(text.stdout, /NOT MOVED object-different \(1\)/);
    assert.ok(text.stdout.includes(gone) && text.stdout.includes(damaged));
    const { exitCode, stdout } = await moving.move('--json');
    const { complete, accounts } = reportSchema.parse(JSON.parse(stdout));
    assert.deepEqual([exitCode, complete, accounts[0]?.complete], [1, false, false]);
    assert.deepEqual(accounts[0]?.problems?.map(({ kind, key }) => [kind, key]).sort(), [
      ['object-different', damaged],
      ['object-missing', gone],
    ]);
    const marks = readLedger(moving.targetFolder).map(({ mark }) => mark);
    assert.equal(marks.filter((mark) => mark === 'lost').length, 2);
    // The server still has both.
    const { run } = await runImportOfOne({ configFile: moving.targetConfig, password: PASSWORD });
    assertCounts(run, { listed: 4, known: 2, stored: 2 });
  },
);

test('a dry run tells what there is to copy, and makes nothing', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(3)));
  await mailbox.run();
  const moving = await movingTo(mailbox);
  const { exitCode, stdout, stderr } = await moving.move('--dry-run');
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /^test: would be moved$/m);
  assert.match(stdout, /^ {2}messages +3 +0$/m);
  assert.match(stdout, /nothing was changed/);
  assert.equal(existsSync(moving.targetFolder), false);
  const { complete, accounts } = reportSchema.parse(
    JSON.parse((await moving.move('--dry-run', '--json')).stdout),
  );
  const octets = (await readTree(mailbox.archiveFolder)).reduce((sum, [, { length }]) => sum + length, 0);
  assert.deepEqual([complete, accounts[0]?.preview?.octets], [true, octets]);
});

test('a run under way keeps its account from being moved, and a dry run says so', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(1)));
  await mailbox.run();
  const moving = await movingTo(mailbox);
  await holdLease(mailbox);
  const moved = await moving.move('--json');
  const { accounts } = reportSchema.parse(JSON.parse(moved.stdout));
  assert.deepEqual([moved.exitCode, accounts[0]?.failure?.code], [1, 'LEASE_HELD']);
  assert.match(accounts[0]?.failure?.message ?? '', /in the source of the move/);
  const dryRun = await moving.move('--dry-run');
  assert.equal(dryRun.exitCode, 1);
  assert.match(dryRun.stdout, /LEASE_HELD: a run \(another-host/);
  assert.deepEqual(await readTree(moving.targetFolder), []);
});

test('a move that makes no sense is refused before anything is done', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(1)));
  const moving = await movingTo(mailbox);
  const noLedger = await moving.move();
  assert.equal(noLedger.exitCode, 2);
  assert.match(noLedger.stderr, /the source has no ledger/);
  await mailbox.run();
  const toItself = await mailbox.cli('move', '--to', mailbox.configFile);
  assert.equal(toItself.exitCode, 2);
  assert.match(toItself.stderr, /source and target of the move are the same/);
  const nobody = await moving.move('nobody');
  assert.equal(nobody.exitCode, 2);
  assert.match(nobody.stderr, /ACCOUNT_UNKNOWN/);
  assert.equal((await mailbox.cli('move')).exitCode, 2);
  assert.equal(existsSync(moving.targetFolder), false);
});

test('an account that the new configuration does not have is moved, and that is said', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(1)));
  await mailbox.run();
  const config = JSON.parse(await readFile(mailbox.configFile, 'utf8')) as { accounts: object[] };
  const moving = await movingTo(mailbox, { accounts: [{ ...config.accounts[0], id: 'another' }] });
  const { exitCode, stderr } = await moving.move();
  assert.equal(exitCode, 0);
  assert.match(stderr, /^not in .*other\.yaml, so no import with it will work on them: test$/m);
});

test(
  'mail of an account that the old configuration does not have is named, and the move is not complete',
  options,
  async () => {
    await using mailbox = await openMailbox(maildropOf(mails(1)));
    await mailbox.run();
    const folder = join(mailbox.archiveFolder, 'raw/account=former/dt=2025-01-02');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${'0'.repeat(64)}.eml`), 'x');
    const moving = await movingTo(mailbox);
    const text = await moving.move();
    assert.equal(text.exitCode, 1);
    assert.match(text.stdout, /^test: moved: all of the source is in the target, compared$/m);
    assert.match(text.stdout, /^NOT MOVED, for .*\.yaml does not have them: former$/m);
    const { complete, accounts, strays } = reportSchema.parse(
      JSON.parse((await moving.move('--json')).stdout),
    );
    assert.deepEqual([complete, accounts[0]?.complete, strays], [false, true, ['former']]);
    assert.equal((await moving.move('test')).exitCode, 0, 'whoever names accounts gets what he asks for');
  },
);

test('a query finds the same rows in the target, those that wait in the source too', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(2)));
  const inTheWay = join(mailbox.archiveFolder, 'catalog');
  await mkdir(mailbox.archiveFolder, { recursive: true });
  await writeFile(inTheWay, 'a file where a folder is due');
  assert.match((await mailbox.run()).stderr, /the catalog could not be written/);
  await rm(inTheWay);
  const moving = await movingTo(mailbox);
  const { exitCode, stdout } = await moving.move();
  assert.equal(exitCode, 0, stdout);
  assert.match(stdout, /^ {2}2 rows of the catalog that the source had in no file yet: written there$/m);
  const { catalog, raw } = await readArchive(moving.targetFolder);
  assert.deepEqual([...catalog].sort(), [...raw.keys()].sort());
  assert.equal((await readArchive(mailbox.archiveFolder)).catalog.size, 0, 'the source is as it was');
});

test('only the ledger, or only the archive, can be moved', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(2)));
  await mailbox.run();
  const ledgerOnly = await movingTo(mailbox, { archive: './mail', ledger: './new.db' });
  const first = await ledgerOnly.move();
  assert.equal(first.exitCode, 0, first.stdout);
  assert.match(first.stdout, /^ {2}messages +2 +0 +2 +0$/m);
  const archiveOnly = await movingTo(mailbox, { ledger: './mail/ledger.db' });
  const second = await archiveOnly.move();
  assert.equal(second.exitCode, 0, second.stdout);
  assert.match(second.stdout, /^ {2}records +2 +0 +2 +0$/m);
  assert.deepEqual(await readTree(archiveOnly.targetFolder), await readTree(mailbox.archiveFolder));
});

/** As a run on another machine has it. */
async function holdLease(mailbox: Mailbox): Promise<void> {
  using file = mailbox.ledger();
  await file.lease.acquire('test' as AccountId, 'another-host/1/01KARFK3G0ABCDEFGHJKMNPQRS', 600_000);
}
