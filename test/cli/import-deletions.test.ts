// Deletions as the user of the built command line sees them: told when made, and told why not when not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { mails, openMailbox } from './mailbox.ts';

const options = { timeout: 60_000 };

test('what was deleted is told, and is gone from the server', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(3)), {}, { onServer: 'delete' });
  const { exitCode, stdout } = await mailbox.cli('import');
  assert.equal(exitCode, 0);
  assert.match(stdout, /3 messages listed = 3 stored\n {2}3 deleted on the server\n/);
  assert.equal(mailbox.server.maildrop.length, 0);
});

test('--no-delete deletes nothing, and the next run makes up for it', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(3)), {}, { onServer: 'delete' });
  const kept = await mailbox.cli('import', '--no-delete');
  assert.equal(kept.exitCode, 0);
  assert.match(
    kept.stdout,
    /nothing deleted on the server: deletions are due, and switched off with --no-delete/,
  );
  assert.equal(mailbox.server.maildrop.length, 3);
  const { run } = await mailbox.run();
  assert.deepEqual([run.deletions.outcome, run.deletions.entries.length], ['committed', 3]);
  assert.equal(mailbox.server.maildrop.length, 0);
});

test('pauseDeletions keeps everything, and the report names it', options, async () => {
  const account = { onServer: 'delete', pauseDeletions: true } as const;
  await using mailbox = await openMailbox(maildropOf(mails(2)), {}, account);
  const { exitCode, stdout } = await mailbox.cli('import');
  assert.equal(exitCode, 0);
  assert.match(stdout, /deletions are due, and switched off with pauseDeletions: true/);
  assert.equal(mailbox.server.maildrop.length, 2);
});

test('a refusal to delete is told with its reason', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(12)), {}, { onServer: 'delete' });
  await mailbox.run('--no-delete');
  mailbox.server.maildrop.splice(0, 10);
  const { stdout } = await mailbox.cli('import');
  assert.match(stdout, /nothing deleted on the server: deletions are due, and were refused/);
  assert.match(stdout, /DELETIONS_REFUSED: .*the listing looks wrong/);
  assert.equal(mailbox.server.maildrop.length, 2);
});

test('a QUIT without an answer is told as a doubt that the next run settles', options, async () => {
  const faults = { quit: 'commit-and-drop' } as const;
  await using mailbox = await openMailbox(maildropOf(mails(2)), faults, { onServer: 'delete' });
  const { exitCode, stdout } = await mailbox.cli('import');
  assert.equal(exitCode, 1);
  assert.match(stdout, /deletion on the server not confirmed for 2 messages: the next run finds out/);
  const audit = await mailbox.cli('audit');
  assert.equal(audit.exitCode, 0, audit.stdout);
  assert.match(audit.stdout, /news deletion-unsettled \(2\)/);
  mailbox.server.faults = {};
  assert.equal((await mailbox.run()).exitCode, 0);
  assert.match((await mailbox.cli('audit', '--server')).stdout, /everything agrees/);
});
