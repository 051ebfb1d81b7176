// `mailferry retry`: a quarantined message gets another chance, and nothing else is touched.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { writeConfig } from '../support/import-run.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { assertCounts, mail, mails, openMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

const options = { timeout: 60_000 };
const ODD = 'odd \xff\\ one';
const ODD_PRINTED = 'odd\\x20\\xff\\x5c\\x20one';

/** Three messages, of which the last two are in quarantine. */
async function openQuarantined(): Promise<Mailbox> {
  const maildrop = [
    ...maildropOf(mails(1)),
    { uidl: 'plain', content: mail(8) },
    { uidl: ODD, content: mail(9) },
  ];
  const mailbox = await openMailbox(maildrop, { refuseRetrOf: ['plain', ODD] });
  try {
    for (let run = 0; run < 3; run += 1) await mailbox.run();
    assertCounts((await mailbox.run()).run, { listed: 3, known: 1, quarantined: 2 });
    return mailbox;
  } catch (error) {
    await mailbox[Symbol.asyncDispose]();
    throw error;
  }
}

/** Of what is not stored. */
function statesOf(mailbox: Mailbox): Record<string, string> {
  using file = mailbox.ledger();
  const rows = file.database.prepare("SELECT uidl, state FROM message WHERE state <> 'stored'").all();
  return Object.fromEntries(
    rows.map(({ uidl, state }) => [Buffer.from(uidl as Uint8Array).toString('latin1'), String(state)]),
  );
}

test('all of an account are put back, and the next import fetches them', options, async () => {
  await using mailbox = await openQuarantined();
  mailbox.server.faults = {};
  assertCounts((await mailbox.run()).run, { listed: 3, known: 1, quarantined: 2 });
  const { exitCode, stdout } = await mailbox.cli('retry', '--account', 'test');
  assert.equal(exitCode, 0);
  assert.equal(stdout, 'test: 2 messages put back: the next import tries again\n');
  assertCounts((await mailbox.run()).run, { listed: 3, known: 1, stored: 2 });
  assert.equal((await mailbox.cli('retry')).stdout, 'no message is in quarantine\n');
});

test('one message is put back by the name that status gives it, with all its chances', options, async () => {
  await using mailbox = await openQuarantined();
  const { exitCode, stdout } = await mailbox.cli('retry', '--uidl', ODD_PRINTED);
  assert.equal(exitCode, 0);
  assert.match(stdout, /^test: 1 message put back/);
  assert.deepEqual(statesOf(mailbox), { plain: 'quarantined', [ODD]: 'failed' });
  for (const expected of [
    { listed: 3, known: 1, failed: 1, quarantined: 1 },
    { listed: 3, known: 1, failed: 1, quarantined: 1 },
    { listed: 3, known: 1, quarantined: 2 },
  ])
    assertCounts((await mailbox.run()).run, expected);
});

test('a message that is not in quarantine is told for what it is', options, async () => {
  await using mailbox = await openQuarantined();
  await mailbox.cli('retry', '--uidl', 'plain');
  const stored = mailbox.server.maildrop[0]?.uidl ?? '';
  for (const [uidl, what] of [
    [stored, /test: the message with UIDL \w+ is stored: it is in the archive/],
    ['plain', /plain is not in quarantine: it failed in 0 runs and is tried again/],
    ['nowhere', /UIDL nowhere is not in the ledger/],
  ] as const) {
    const { exitCode, stdout, stderr } = await mailbox.cli('retry', '--uidl', uidl);
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(stderr, what);
  }
  assert.deepEqual(statesOf(mailbox), { plain: 'failed', [ODD]: 'quarantined' });
});

test('a message that is too large is told so', options, async () => {
  const maildrop = maildropOf([mail(1, 50_000)]);
  const limits = { messageBytes: '1KB' };
  await using mailbox = await openMailbox(maildrop, { listSizes: { 1: 100 } }, { limits });
  await mailbox.run();
  const { stderr } = await mailbox.cli('retry', '--uidl', maildrop[0]?.uidl ?? '');
  assert.match(stderr, /is skipped, because it is larger than the account allows/);
});

test('another account stays as it is, and an unknown one is a usage error', options, async () => {
  await using mailbox = await openQuarantined();
  const at = { port: mailbox.server.port, user: 'ann' };
  await writeConfig(mailbox.folder, at, { ...at, id: 'other' });
  assert.equal((await mailbox.cli('retry', '--account', 'other')).stdout, 'no message is in quarantine\n');
  assert.equal((await mailbox.cli('retry', '--account', 'nobody')).exitCode, 2);
  assert.deepEqual(statesOf(mailbox), { plain: 'quarantined', [ODD]: 'quarantined' });
});

test('without a ledger there is nothing to retry, and none is made', options, async () => {
  await using mailbox = await openMailbox([]);
  assert.equal((await mailbox.cli('retry')).exitCode, 0);
  assert.equal(existsSync(mailbox.archiveFolder), false);
});
