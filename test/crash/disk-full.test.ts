// No room, no permission: the run says what is wrong and writes nothing by halves; once there is room the next one completes.

import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertBalanced } from '../support/agreement.ts';
import { assertFinished, assertUndamaged, readArchive, storedDigests } from '../support/archive-snapshot.ts';
import { mailWithAttachments } from '../support/attachment-mail.ts';
import { runCli, type CliIdentity } from '../support/cli.ts';
import { runImportOfOne, startImport, writeConfig } from '../support/import-run.ts';
import {
  assertAllDeleted,
  assertNothingLost,
  mailboxOf,
  type MailboxMessage,
} from '../support/nothing-lost.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { startPop3Server, type Pop3TestServer } from '../support/pop3-server.ts';
import { mountSkip, mountSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { giveTo, unprivilegedIdentity, unprivilegedSkip } from '../support/unprivileged.ts';

const KB = 1024;
const MESSAGES = 40;
const USER = 'reader';
const PASSWORD = 's3cret pass';
const mail = Array.from({ length: MESSAGES }, (_, index) => mailWithAttachments(index));

const DISKS = [
  { sizeOctets: 16 * KB, onServer: 'keep' },
  { sizeOctets: 100 * KB, onServer: 'keep' },
  { sizeOctets: 500 * KB, onServer: 'keep' },
  { sizeOctets: 2000 * KB, onServer: 'keep' },
  { sizeOctets: 100 * KB, onServer: 'delete' },
  { sizeOctets: 1000 * KB, onServer: 'delete' },
] as const;

for (const { sizeOctets, onServer } of DISKS) {
  void test(
    `an archive disk of ${sizeOctets / KB} kB fills up (onServer: ${onServer}): ARCHIVE_FULL, nothing half-written or lost, all there after making room`,
    { skip: mountSkip(), timeout: 60_000 },
    async () => {
      await using folder = await temporaryFolder();
      await using server = await startLoadedServer();
      const archive = join(folder.path, 'mail');
      await using disk = mountSmallDisk(archive, sizeOctets);
      const mailbox = mailboxOf(server.maildrop);
      const configFile = await writeConfig(folder.path, { port: server.port, user: USER, onServer });
      const options = { configFile, password: PASSWORD };
      // Twice: what the first one stored is known to the second, and may be deleted if it is sound.
      for (let runs = 0; runs < 2; runs += 1) {
        const full = await startImport(options).result;
        assert.equal(full.exitCode, 1, full.stdout + full.stderr);
        assert.match(full.stdout + full.stderr, /ARCHIVE_FULL|LEDGER_FAILED|SPOOL_FAILED/);
        assert.match(full.stdout + full.stderr, /no space|full|ENOSPC/i);
        const after = await readArchive(archive);
        assertUndamaged(after);
        assertNothingLost(mailbox, mailboxOf(server.maildrop), after);
      }
      disk.resize(64_000 * KB);
      await assertCompletes(options, archive);
      if (onServer === 'keep') assert.deepEqual(mailboxOf(server.maildrop), mailbox);
      else await assertDeletedAtLast(server, mailbox, options, archive);
    },
  );
}

void test(
  'an archive on a read-only disk is refused with a clear error, and filled once it is writable',
  { skip: mountSkip(), timeout: 60_000 },
  async () => {
    await using folder = await temporaryFolder();
    await using server = await startLoadedServer();
    const archive = join(folder.path, 'mail');
    await using disk = mountSmallDisk(archive, 64_000 * KB);
    disk.makeReadOnly();
    const configFile = await writeConfig(folder.path, { port: server.port, user: USER });
    const options = { configFile, password: PASSWORD };
    await assertUnwritable(options);
    disk.makeWritable();
    await assertCompletes(options, archive);
  },
);

void test(
  'an archive folder of somebody else is refused with a clear error, and filled once access is given',
  { skip: unprivilegedSkip(), timeout: 60_000 },
  async () => {
    await using folder = await temporaryFolder();
    await using server = await startLoadedServer();
    const archive = join(folder.path, 'mail');
    await mkdir(archive);
    await chmod(archive, 0o555);
    const identity = unprivilegedIdentity();
    const configFile = await writeConfig(folder.path, { port: server.port, user: USER });
    const options = { configFile, password: PASSWORD, identity };
    await assertUnwritable(options);
    await chmod(archive, 0o755);
    giveTo(identity, archive);
    await assertCompletes(options, archive);
  },
);

void test(
  'an archive that is a file, not a folder, is refused with a clear error',
  { timeout: 60_000 },
  async () => {
    await using folder = await temporaryFolder();
    await using server = await startLoadedServer();
    await writeFile(join(folder.path, 'mail'), 'not a folder');
    const configFile = await writeConfig(folder.path, { port: server.port, user: USER });
    await assertUnwritable({ configFile, password: PASSWORD });
  },
);

void test(
  'a configuration file that may not be read ends the command with CONFIG_UNREADABLE and exit code 2',
  { skip: unprivilegedSkip(), timeout: 60_000 },
  async () => {
    await using folder = await temporaryFolder();
    const configFile = await writeConfig(folder.path, { port: 110, user: USER });
    const identity = unprivilegedIdentity();
    await chmod(configFile, 0o000);
    const { exitCode, stdout, stderr } = await runCli(['import', '--config', configFile], { identity });
    assert.equal(exitCode, 2);
    assert.match(stdout + stderr, /CONFIG_UNREADABLE/);
    assert.match(stdout + stderr, /mailferry\.yaml/);
  },
);

function startLoadedServer(): Promise<Pop3TestServer> {
  return startPop3Server({ maildrop: maildropOf(mail), user: USER, password: PASSWORD });
}

/** By the run that completed the archive, or by one more. */
async function assertDeletedAtLast(
  server: Pop3TestServer,
  mailbox: readonly MailboxMessage[],
  options: Options,
  archive: string,
): Promise<void> {
  const { exitCode, run } = await runImportOfOne(options);
  assert.equal(exitCode, 0, JSON.stringify(run));
  assert.deepEqual(server.maildrop, []);
  assertAllDeleted(archive, mailbox);
}

interface Options {
  readonly configFile: string;
  readonly password: string;
  readonly identity?: CliIdentity | undefined;
}

async function assertUnwritable(options: Options): Promise<void> {
  const { exitCode, stdout, stderr } = await startImport(options).result;
  assert.equal(exitCode, 1, stdout + stderr);
  assert.match(stdout + stderr, /ARCHIVE_UNWRITABLE|LEDGER_FAILED/);
  // A person must learn which folder it is, and see no program's insides.
  assert.match(stdout + stderr, /\/mail/);
  assert.doesNotMatch(stderr, /^\s+at .*\.js:\d+/m);
}

async function assertCompletes(options: Options, archive: string): Promise<void> {
  const { exitCode, run } = await runImportOfOne(options);
  assert.equal(exitCode, 0, JSON.stringify(run.errors));
  assertBalanced(run.counts);
  const { known, stored, duplicate } = run.counts;
  assert.equal(known + stored + duplicate, MESSAGES, JSON.stringify(run.counts));
  const after = await readArchive(archive);
  assertFinished(after);
  assert.equal(storedDigests(after).length, MESSAGES);
}
