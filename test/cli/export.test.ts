// `mailferry export`: the built command line writes an archive out, says what it did, and never half a file.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { storedDigests } from '../support/archive-snapshot.ts';
import { readTree } from '../support/archive-tree.ts';
import { startCli } from '../support/cli.ts';
import { readMbox } from '../support/mbox-reader.ts';
import { sha256Of } from '../support/memory-blob-store.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { mail, mails, openMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

const options = { timeout: 60_000 };

const reportSchema = z.strictObject({
  complete: z.boolean(),
  to: z.strictObject({ form: z.enum(['mbox', 'maildir', 'eml']), path: z.string() }),
  written: z.boolean(),
  accounts: z.array(
    z.strictObject({
      account: z.string(),
      counts: z
        .strictObject({
          listed: z.int(),
          exported: z.int(),
          present: z.int(),
          left: z.int(),
          outside: z.int(),
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
  kinds: z.record(z.string(), z.looseObject({ meaning: z.string(), remedy: z.string() })),
});

/** With a line that has to be quoted, and of another day than the others. */
const QUOTED = Buffer.from(
  'Return-Path: <ann@example.org>\r\nReceived: from a; Fri, 3 Jan 2025 03:04:05 +0000\r\n\r\nFrom here\r\n>From there\r\n',
);

async function filledMailbox(): Promise<Mailbox> {
  const mailbox = await openMailbox(maildropOf([...mails(3), QUOTED]));
  await mailbox.run();
  return mailbox;
}

async function digestsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const digests = names.map(async (name) => sha256Of(await readFile(join(folder, name))));
  return (await Promise.all(digests)).sort();
}

test(
  'an mbox file has every message of the archive, byte for byte, and is never written again',
  options,
  async () => {
    await using mailbox = await filledMailbox();
    const before = await readTree(mailbox.archiveFolder);
    const file = join(mailbox.folder, 'out.mbox');
    const { exitCode, stdout, stderr } = await mailbox.cli('export', '--to', `mbox:${file}`);
    assert.deepEqual([exitCode, stderr], [0, ''], stdout);
    assert.match(stdout, /^test: exported$/m);
    assert.match(stdout, /4 messages in the archive: 4 exported now, 0 exported before, 0 left out/);
    assert.match(stdout, /^written: mbox:.*out\.mbox$/m);
    const octets = await readFile(file);
    const entries = readMbox(octets);
    assert.deepEqual(
      entries.map((entry) => sha256Of(entry.octets)).sort(),
      storedDigests(await mailbox.archive()),
    );
    assert.equal(entries.at(-1)?.fromLine, 'ann@example.org Fri Jan  3 03:04:05 2025');
    assert.ok(octets.includes('\r\n>From here\r\n>>From there\r\n\n'));
    assert.deepEqual(await readTree(mailbox.archiveFolder), before);

    const again = await mailbox.cli('export', '--to', `mbox:${file}`);
    assert.equal(again.exitCode, 2);
    assert.match(again.stderr, /EXPORT_EXISTS: .*out\.mbox is there already/);
    assert.deepEqual(await readFile(file), octets);
    await rm(file);
    await mailbox.cli('export', '--to', `mbox:${file}`);
    assert.deepEqual(await readFile(file), octets, 'the same archive gives the same file');
  },
);

test('a Maildir and an .eml folder have every message, and get nothing twice', options, async () => {
  await using mailbox = await filledMailbox();
  const digests = storedDigests(await mailbox.archive());
  const [maildir, eml] = [join(mailbox.folder, 'Maildir'), join(mailbox.folder, 'eml')];
  for (const [place, folder] of [
    [`maildir:${maildir}`, join(maildir, 'new')],
    [`eml:${eml}`, join(eml, 'test')],
  ] as const) {
    const first = await mailbox.cli('export', '--to', place);
    assert.deepEqual([first.exitCode, first.stderr], [0, ''], first.stdout);
    assert.deepEqual(await digestsIn(folder), digests);
    const names = await readdir(folder);
    const second = await mailbox.cli('export', 'test', '--to', place);
    assert.equal(second.exitCode, 0);
    assert.match(second.stdout, /0 exported now, 4 exported before/);
    assert.deepEqual((await readdir(folder)).sort(), names.sort());
  }
});

test('only the days asked for are exported, and --json has the numbers', options, async () => {
  await using mailbox = await filledMailbox();
  const path = join(mailbox.folder, 'out.mbox');
  const args = ['export', '--to', `mbox:${path}`, '--since', '2025-01-03', '--until', '2025-01-03', '--json'];
  const { exitCode, stdout, stderr } = await mailbox.cli(...args);
  assert.deepEqual([exitCode, stderr], [0, '']);
  const report = reportSchema.parse(JSON.parse(stdout));
  assert.deepEqual(report.to, { form: 'mbox', path });
  assert.ok(report.complete && report.written);
  assert.deepEqual(report.accounts[0]?.counts, {
    listed: 4,
    exported: 1,
    present: 0,
    left: 0,
    outside: 3,
    octets: QUOTED.length,
  });
  assert.deepEqual(
    readMbox(await readFile(path)).map(({ octets }) => octets),
    [QUOTED],
  );
});

test(
  'a damaged message is named and left out, the rest is exported, and that is exit code 1',
  options,
  async () => {
    await using mailbox = await filledMailbox();
    const archive = await mailbox.archive();
    const [damaged = '', ...intact] = [...archive.raw.keys()].sort();
    await writeFile(join(mailbox.archiveFolder, damaged), 'something else');
    const file = join(mailbox.folder, 'out.mbox');
    const { exitCode, stdout } = await mailbox.cli('export', '--to', `mbox:${file}`);
    assert.equal(exitCode, 1);
    assert.match(stdout, /^test: DAMAGE$/m);
    assert.ok(stdout.includes(damaged), stdout);
    assert.deepEqual(
      readMbox(await readFile(file)).map(({ octets }) => sha256Of(octets)),
      intact.map((key) => archive.raw.get(key)?.sha256),
    );
    const eml = await mailbox.cli('export', '--to', `eml:${join(mailbox.folder, 'eml')}`, '--json');
    assert.equal(eml.exitCode, 1);
    const report = reportSchema.parse(JSON.parse(eml.stdout));
    assert.deepEqual([report.complete, report.accounts[0]?.counts?.exported], [false, 3]);
    assert.equal(report.accounts[0]?.problems?.[0]?.kind, 'object-different');
    assert.equal((await readdir(join(mailbox.folder, 'eml', 'test'))).length, 3);
  },
);

test('what cannot be is refused before anything is written', options, async () => {
  await using mailbox = await openMailbox(maildropOf([mail(1)]));
  await mailbox.run();
  const inside = `eml:${join(mailbox.archiveFolder, 'out')}`;
  for (const [args, said] of [
    [['--to', inside], /CONFIG_INVALID: --to names .* which is in the archive/],
    [['--to', 'zip:x'], /expected mbox:FILE, maildir:DIR or eml:DIR/],
    [['--to', 'mbox:'], /expected mbox:FILE, maildir:DIR or eml:DIR/],
    [['--to', 'mbox:x', '--since', '2025-02-30'], /expected a day, such as 2026-01-31/],
    [['--to', 'mbox:x', 'nobody'], /ACCOUNT_UNKNOWN/],
    [['--to', `maildir:${mailbox.folder}`], /EXPORT_EXISTS: .* lacks the folders cur and new/],
    [[], /required option '--to <place>' not specified/],
  ] as const) {
    const { exitCode, stderr } = await mailbox.cli('export', ...args);
    assert.equal(exitCode, 2, stderr);
    assert.match(stderr, said);
  }
  assert.deepEqual((await readdir(mailbox.folder)).sort(), ['mail', 'mailferry.yaml']);
});

test('interrupted, it leaves no mbox file and no part of one', options, async () => {
  await using mailbox = await filledMailbox();
  await plantHuge(mailbox, 30);
  const to = ['--to', `mbox:${join(mailbox.folder, 'out.mbox')}`];
  const cli = startCli(['export', ...to, '--config', mailbox.configFile]);
  const isBegun = async (): Promise<boolean> =>
    (await readdir(mailbox.folder)).some((name) => name.endsWith('.part'));
  while (cli.isAlive() && !(await isBegun())) await sleep(5);
  process.kill(cli.pid, 'SIGINT');
  const { exitCode, stdout, stderr } = await cli.result;
  assert.equal(exitCode, 1, stderr);
  assert.match(stderr, /stopping after the message under way/);
  assert.match(stdout, /INTERRUPTED: the export was interrupted/);
  assert.match(stdout, /^not written: .*out\.mbox/m);
  assert.deepEqual((await readdir(mailbox.folder)).sort(), ['mail', 'mailferry.yaml']);
});

test('killed, it leaves a part that the next export takes away', options, async () => {
  await using mailbox = await filledMailbox();
  const huge = await plantHuge(mailbox, 30);
  const file = join(mailbox.folder, 'out.mbox');
  const cli = startCli(['export', '--to', `mbox:${file}`, '--config', mailbox.configFile]);
  const parts = async (): Promise<string[]> =>
    (await readdir(mailbox.folder)).filter((name) => name.endsWith('.part'));
  while (cli.isAlive() && (await parts()).length === 0) await sleep(5);
  cli.killHard();
  await cli.result;
  assert.equal((await parts()).length, 1);
  assert.equal(existsSync(file), false);
  await rm(huge, { recursive: true });
  assert.equal((await mailbox.cli('export', '--to', `mbox:${file}`)).exitCode, 0);
  assert.deepEqual(await parts(), []);
  assert.equal(readMbox(await readFile(file)).length, 4);
});

/** Objects that take long to read and no room. @returns the folder they are in, before all others */
async function plantHuge({ archiveFolder }: Mailbox, count: number): Promise<string> {
  const folder = join(archiveFolder, 'raw/account=test/dt=1999-01-01');
  await mkdir(folder, { recursive: true });
  for (let number = 0; number < count; number += 1) {
    await using file = await open(join(folder, `${String(number).padStart(64, '0')}.eml`), 'w');
    await file.truncate(100_000_000);
  }
  return folder;
}
