// `mailferry audit`: the built command line finds what was done to an archive, names it, and repairs what it may.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { readLedger } from '../support/ledger-file.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { assertCounts, mail, mails, openMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

const options = { timeout: 60_000 };
/** Where the messages of `mails` go. */
const DAY = 'account=test/dt=2025-01-02';

const reportSchema = z.strictObject({
  good: z.boolean(),
  accounts: z.array(
    z.strictObject({
      account: z.string(),
      damage: z.int().nullable(),
      counts: z.record(z.string(), z.int()).nullable(),
      differences: z
        .array(
          z.strictObject({
            kind: z.string(),
            severity: z.enum(['damage', 'news']),
            key: z.string().optional(),
            uidl: z.string().optional(),
            messageNumber: z.int().optional(),
            isListed: z.boolean().optional(),
            detail: z.string().optional(),
          }),
        )
        .nullable(),
      markedLost: z.int().optional(),
      serverError: z.looseObject({ code: z.string() }).nullable(),
      failure: z.looseObject({ code: z.string() }).nullable(),
    }),
  ),
  kinds: z.record(
    z.string(),
    z.looseObject({ severity: z.string(), meaning: z.string(), remedy: z.string() }),
  ),
});

type Audited = z.infer<typeof reportSchema>['accounts'][number];

/** Of the one account; the exit code says the same as the report. */
async function audit(mailbox: Mailbox, ...args: readonly string[]): Promise<Audited & { kinds: string[] }> {
  const { exitCode, stdout, stderr } = await mailbox.cli('audit', '--json', ...args);
  assert.equal(stderr, '');
  const { good, accounts } = reportSchema.parse(JSON.parse(stdout));
  assert.equal(exitCode, good ? 0 : 1);
  const [audited, ...others] = accounts;
  assert.ok(audited && others.length === 0);
  return { ...audited, kinds: (audited.differences ?? []).map(({ kind }) => kind).sort() };
}

async function rawPaths(mailbox: Mailbox): Promise<string[]> {
  const folder = join(mailbox.archiveFolder, 'raw', DAY);
  return (await readdir(folder)).sort().map((name) => join(folder, name));
}

test('an import in good order agrees three ways, and the audit says how much it saw', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(3)));
  await mailbox.run();
  const ledger = join(mailbox.archiveFolder, 'ledger.db');
  const before = [await readFile(ledger), await mailbox.archive()];
  const { damage, differences, counts } = await audit(mailbox, '--server');
  assert.deepEqual([damage, differences], [0, []]);
  assert.deepEqual(counts, {
    records: 3,
    stored: 3,
    intact: 3,
    documents: 3,
    deleted: 0,
    objects: 3,
    listed: 3,
    listedAndStored: 3,
    storedOnly: 0,
  });
  const { exitCode, stdout } = await mailbox.cli('audit');
  assert.equal(exitCode, 0);
  assert.match(stdout, /^test: everything agrees$/m);
  assert.match(stdout, /ledger {3}3 records: 3 stored/);
  assert.match(stdout, /archive {2}3 files: 3 of 3 stored messages intact, 3 with their parsed document/);
  assert.match(stdout, /server {3}not asked; --server/);
  assert.deepEqual([await readFile(ledger), await mailbox.archive()], before);
  const asked = mailbox.server.sessions.at(-1)?.commands.map((command) => command.split(' ')[0]);
  assert.deepEqual(asked, ['CAPA', 'USER', 'PASS', 'UIDL', 'LIST', 'QUIT']);
});

test('what was taken, changed or added is found, and nothing is repaired unasked', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(4)));
  await mailbox.run();
  const [taken = '', changed = '', unparsed = ''] = await rawPaths(mailbox);
  await rm(taken);
  await appendFile(changed, 'more');
  await rm(unparsed.replace('/raw/', '/parsed/v1/').replace(/\.eml$/, '.json'));
  await writeFile(join(mailbox.archiveFolder, 'raw', DAY, 'notes.txt'), 'x');
  const found = await audit(mailbox);
  assert.deepEqual(found.kinds, ['document-missing', 'foreign-object', 'object-different', 'object-missing']);
  assert.equal(found.damage, 3);
  const { exitCode, stdout } = await mailbox.cli('audit');
  assert.equal(exitCode, 1);
  assert.match(stdout, /^test: 3 differences are DAMAGE, 1 difference is news$/m);
  assert.match(
    stdout,
    /DAMAGE object-missing \(1\): recorded as stored.*\n.*audit --repair.*\n +raw\/account=test/,
  );
  assert.match(stdout, /it has \d+ octets and should have \d+/);
  assert.ok(readLedger(mailbox.archiveFolder).every(({ mark }) => mark === null));
});

test(
  'a repair marks what is missing; the next import fetches it, and all agrees again',
  options,
  async () => {
    await using mailbox = await openMailbox(maildropOf(mails(3)));
    await mailbox.run();
    const [taken = '', changed = ''] = await rawPaths(mailbox);
    const original = await readFile(taken);
    await rm(taken);
    const intact = await readFile(changed);
    await appendFile(changed, 'more');
    const repaired = await audit(mailbox, '--repair');
    assert.deepEqual([repaired.markedLost, repaired.damage], [1, 2]);
    const marks = readLedger(mailbox.archiveFolder).map(({ mark }) => mark ?? 'none');
    assert.deepEqual(marks.sort(), ['lost', 'none', 'none']);
    const again = await audit(mailbox, '--repair', '--server');
    assert.deepEqual([again.kinds, again.markedLost], [['object-different', 'object-lost'], 0]);
    await writeFile(changed, intact);
    assertCounts((await mailbox.run()).run, { listed: 3, known: 2, stored: 1 });
    assert.deepEqual(await readFile(taken), original);
    assert.deepEqual((await audit(mailbox, '--server')).kinds, []);
  },
);

test('what the server has and the archive has not is named', options, async () => {
  const maildrop = [...maildropOf(mails(2)), { uidl: 'poison', content: mail(9) }];
  await using mailbox = await openMailbox(maildrop, { refuseRetrOf: ['poison'] });
  await mailbox.run();
  maildrop.push({ uidl: 'new one', content: mail(10) });
  mailbox.server.faults = { listSizes: { 1: 9999 } };
  const found = await audit(mailbox, '--server');
  assert.deepEqual(found.kinds, ['failed', 'not-imported', 'size-changed']);
  assert.equal(found.damage, 0);
  const { stdout } = await mailbox.cli('audit', '--server');
  assert.match(stdout, /news not-imported \(1\).*\n.*\n +message 4 {2}UIDL new\\x20one$/m);
});

test('news are cut short for a person and told in full to a program', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(25)));
  await mailbox.run('--max-messages', '1');
  const { stdout } = await mailbox.cli('audit', '--server');
  assert.match(stdout, /news not-imported \(24\)/);
  assert.match(stdout, /and 14 more; --json names them all/);
  assert.equal((await audit(mailbox, '--server')).kinds.length, 24);
});

test(
  'a server that cannot be asked is an error, and the rest is compared all the same',
  options,
  async () => {
    await using mailbox = await openMailbox(maildropOf(mails(2)));
    await mailbox.run();
    mailbox.server.faults = { login: '-ERR [AUTH] no' };
    const { serverError, counts } = await audit(mailbox, '--server');
    assert.deepEqual([serverError?.code, counts?.['intact']], ['POP3_AUTH_FAILED', 2]);
    const { exitCode, stdout } = await mailbox.cli('audit', '--server');
    assert.equal(exitCode, 1);
    assert.match(stdout, /the server was not compared/);
    assert.doesNotMatch(stdout, /everything agrees/);
  },
);

test('an archive that was never made has nothing to compare, and is not made by it', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(1)));
  const { damage, counts } = await audit(mailbox, '--repair');
  assert.deepEqual([damage, counts?.['records'], counts?.['objects']], [0, 0, 0]);
  assert.equal(existsSync(mailbox.archiveFolder), false);
  assert.deepEqual((await audit(mailbox, '--server')).kinds, ['not-imported']);
});
