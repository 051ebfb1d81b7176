// A dry run of the built command line: it lists what it would do, every deletion with its reason, and leaves no trace.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { assertCounts, mail, mails, openMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

const options = { timeout: 60_000 };
const DAY_MS = 86_400_000;

const reportSchema = z.object({
  previews: z.array(
    z.strictObject({
      account: z.string(),
      outcome: z.enum(['none', 'planned', 'off', 'refused']),
      deletions: z.array(
        z.strictObject({
          messageNumber: z.int(),
          uidl: z.string(),
          sha256: z.string(),
          octets: z.int(),
          firstSeen: z.string(),
          reason: z.string(),
        }),
      ),
      deferred: z.int(),
      afterFetch: z.int(),
    }),
  ),
});

async function preview(
  mailbox: Mailbox,
  ...args: readonly string[]
): Promise<z.infer<typeof reportSchema>['previews'][number]> {
  const { exitCode, stdout, stderr } = await mailbox.cli('import', '--dry-run', '--json', ...args);
  assert.equal(exitCode, 0, stderr);
  const [planned, ...others] = reportSchema.parse(JSON.parse(stdout)).previews;
  assert.ok(planned && others.length === 0);
  return planned;
}

/** Makes every message of the ledger seen so many days ago. */
function age(mailbox: Mailbox, days: number): void {
  using file = mailbox.ledger();
  file.database.exec(`UPDATE message SET first_seen = first_seen - ${days * DAY_MS}`);
  // Whoever changes records has every one looked at by the next run: as forgetSettled does.
  file.database.exec(`UPDATE account_state SET progress = json_remove(progress, '$.settled')`);
}

test('a dry run makes neither the archive folder nor a ledger', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(3)));
  const { exitCode, run } = await mailbox.run('--dry-run');
  assert.equal(exitCode, 0);
  assertCounts(run, { listed: 3, deferred: 3 });
  assert.equal(existsSync(mailbox.archiveFolder), false);
  assert.equal(mailbox.server.sessions[0]?.retrieved, 0);
});

test('a dry run changes no octet of an archive that is there, and knows what is in it', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(3)), {}, { onServer: 'delete' });
  assertCounts((await mailbox.run('--no-delete')).run, { listed: 3, stored: 3 });
  const ledger = join(mailbox.archiveFolder, 'ledger.db');
  const before = [await readFile(ledger), await mailbox.archive()];
  assertCounts((await mailbox.run('--dry-run')).run, { listed: 3, known: 3 });
  assert.deepEqual([await readFile(ledger), await mailbox.archive()], before);
  assert.equal(mailbox.server.maildrop.length, 3);
});

test(
  'a dry run lists each deletion with its reason, and the run makes those very deletions',
  options,
  async () => {
    const onServer = { deleteAfterDays: 30 };
    await using mailbox = await openMailbox(maildropOf(mails(3)), {}, { onServer });
    await mailbox.run();
    age(mailbox, 31);
    mailbox.server.maildrop.push({ uidl: 'new one', content: mail(9) });
    const planned = await preview(mailbox);
    assert.deepEqual([planned.outcome, planned.deferred, planned.afterFetch], ['planned', 0, 0]);
    assert.deepEqual(
      planned.deletions.map(({ messageNumber, reason }) => [messageNumber, reason]),
      [1, 2, 3].map((number) => [number, 'seen-long-enough-ago']),
    );
    assert.ok(planned.deletions.every(({ firstSeen }) => Date.now() - Date.parse(firstSeen) > 30 * DAY_MS));
    const { stdout } = await mailbox.cli('import', '--dry-run');
    assert.match(stdout, /3 stored messages would be deleted on the server:/);
    assert.match(stdout, /^ {7}2 +\d+ B {2}first seen 20\d\d-\d\d-\d\dT[\d:]+Z {2}seen-long-enough-ago$/m);
    const { run } = await mailbox.run();
    const deleted = run.deletions.entries.map(({ sha256 }) => sha256);
    assert.deepEqual(
      deleted,
      planned.deletions.map(({ sha256 }) => sha256),
    );
    assert.equal(mailbox.server.maildrop.length, 1);
  },
);

test('a dry run tells what would follow a fetch, and what waits for the next run', options, async () => {
  const limits = { deletionsPerRun: 2 };
  await using mailbox = await openMailbox(maildropOf(mails(3)), {}, { onServer: 'delete', limits });
  const first = await preview(mailbox);
  assert.deepEqual([first.outcome, first.deletions, first.afterFetch], ['planned', [], 3]);
  await mailbox.run('--no-delete');
  const second = await preview(mailbox);
  assert.deepEqual([second.deletions.length, second.deferred, second.afterFetch], [2, 1, 0]);
  assert.ok(second.deletions.every(({ reason }) => reason === 'stored'));
  const { stdout } = await mailbox.cli('import', '--dry-run');
  assert.match(stdout, /1 more would wait for the next run \(limits\.deletionsPerRun\)/);
});

test('a dry run tells what keeps it from its deletions', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(12)), {}, { onServer: 'delete' });
  await mailbox.run('--no-delete');
  assert.equal((await preview(mailbox, '--no-delete')).outcome, 'off');
  const off = await mailbox.cli('import', '--dry-run', '--no-delete');
  assert.match(
    off.stdout,
    /12 stored messages due to be deleted on the server:\n(.*\n){12} *none of them is deleted: switched off with --no-delete/,
  );
  // Most of what was there is gone: it looks like somebody else's mailbox.
  mailbox.server.maildrop.splice(0, 10);
  assert.equal((await preview(mailbox)).outcome, 'refused');
  const refused = await mailbox.cli('import', '--dry-run');
  assert.match(refused.stdout, /none of them is deleted: .*the listing looks wrong: 10 of the 12/);
});

test('an account that keeps its mail says nothing of deletions', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(1)));
  const { stdout } = await mailbox.cli('import', '--dry-run');
  assert.doesNotMatch(stdout, /due to be deleted|would be deleted/);
  assert.match(stdout, /nothing is fetched, nothing is deleted/);
});
