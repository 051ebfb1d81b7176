// `--time`: the built command line ends properly before its deadline, whatever the server does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { runImport, writeConfig } from '../support/import-run.ts';
import { assertCounts, mails, openMailbox } from './mailbox.ts';

const options = { timeout: 60_000 };

test('a run whose time is nearly up ends with QUIT, and the next goes on', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(40)), { delaysMs: { RETR: 100 } });
  const { server } = mailbox;
  const startedAt = Date.now();
  const { exitCode, run } = await mailbox.run('--time', '3s');
  assert.ok(Date.now() - startedAt < 5000);
  assert.equal(exitCode, 0);
  assert.equal(run.outcome, 'complete');
  const { stored } = run.counts;
  assert.ok(stored > 0 && stored < 40, `${stored} stored`);
  assertCounts(run, { listed: 40, stored, deferred: 40 - stored });
  assert.deepEqual(
    run.notices.map(({ code }) => code),
    ['TIME_UP'],
  );
  assert.equal(server.sessions[0]?.commands.at(-1), 'QUIT');
  server.faults = {};
  assertCounts((await mailbox.run()).run, { listed: 40, known: stored, stored: 40 - stored });
});

test('deletions are still made when the time is nearly up', options, async () => {
  const faults = { delaysMs: { RETR: 100 } };
  await using mailbox = await openMailbox(maildropOf(mails(40)), faults, { onServer: 'delete' });
  const { run } = await mailbox.run('--time', '3s');
  const { stored } = run.counts;
  assert.ok(stored > 0 && stored < 40, `${stored} stored`);
  const { outcome, entries } = run.deletions;
  // As many as the time was long enough for.
  assert.equal(outcome, 'committed');
  assert.ok(entries.length > 0 && entries.length <= stored, `${entries.length} of ${stored} deleted`);
  assert.equal(mailbox.server.maildrop.length, 40 - entries.length);
});

test(
  'a server that never answers is dropped at the deadline, and the next account is told',
  options,
  async () => {
    await using mailbox = await openMailbox(maildropOf(mails(2)), { hangOn: 'LIST' });
    const at = { port: mailbox.server.port, user: 'ann' };
    const configFile = await writeConfig(mailbox.folder, { ...at, id: 'first' }, { ...at, id: 'second' });
    const startedAt = Date.now();
    const { exitCode, runs } = await runImport({
      configFile,
      password: 'correct horse',
      args: ['--time', '2s'],
    });
    const tookMs = Date.now() - startedAt;
    assert.ok(tookMs >= 1900 && tookMs < 6000, `${tookMs} ms`);
    assert.equal(exitCode, 1);
    assert.deepEqual(
      runs.map(({ account, outcome, errors }) => [account, outcome, errors[0]?.code]),
      [
        ['first', 'stopped', 'TIME_UP'],
        ['second', 'stopped', 'TIME_UP'],
      ],
    );
    assert.equal(mailbox.server.sessions.length, 1);
  },
);

test('a time that is none is a usage error', options, async () => {
  await using mailbox = await openMailbox([]);
  for (const time of ['soon', '0s', '10', '1.5h']) {
    const { exitCode, stderr } = await mailbox.cli('import', '--time', time);
    assert.equal(exitCode, 2);
    assert.match(stderr, /90s, 10m, 2h or 1d/);
  }
  assert.equal(mailbox.server.sessions.length, 0);
});
