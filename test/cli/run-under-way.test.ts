// While a run works on an account, every command says who, since when, and leaves it in peace.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AccountId } from '../../lib/core/account.ts';
import { readLedger } from '../support/ledger-file.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { mail, mails, openMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

const options = { timeout: 60_000 };
const OWNER = 'nas/4711/01KARFK3G0ABCDEFGHJKMNPQRS';

/** A mailbox with a message stored, and a run of somebody else's under way. */
async function openBusy(): Promise<Mailbox> {
  const mailbox = await openMailbox(maildropOf(mails(1)));
  try {
    await mailbox.run();
    using file = mailbox.ledger();
    await file.lease.acquire('test' as AccountId, OWNER, 3_600_000);
    return mailbox;
  } catch (error) {
    await mailbox[Symbol.asyncDispose]();
    throw error;
  }
}

test('status names a run under way, until its lease has ended', options, async () => {
  await using mailbox = await openBusy();
  const { exitCode, stdout } = await mailbox.cli('status');
  assert.equal(exitCode, 0);
  assert.match(stdout, /at work: process 4711 on nas since 20\d\d-/);
  const json = await mailbox.cli('status', '--json');
  assert.match(
    json.stdout,
    /"heldBy": \{\s+"owner": "nas\/4711\/01KARFK3G0ABCDEFGHJKMNPQRS",\s+"until": "20/,
  );
  {
    using file = mailbox.ledger();
    file.database.exec('UPDATE account_state SET expires_at = 1');
  }
  assert.doesNotMatch((await mailbox.cli('status')).stdout, /at work/);
});

test('an import that finds another one at work says who, since when, and what to do', options, async () => {
  await using mailbox = await openBusy();
  mailbox.server.maildrop.push({ uidl: 'new', content: mail(2) });
  const { exitCode, stdout } = await mailbox.cli('import');
  assert.equal(exitCode, 1);
  assert.match(stdout, /LEASE_HELD: another run/);
  assert.match(stdout, /let it finish/);
  assert.match(stdout, /at work: process 4711 on nas since 20\d\d-/);
});

test(
  'an audit says that its differences may be those of a run, and repairs nothing then',
  options,
  async () => {
    await using mailbox = await openBusy();
    await rm(join(mailbox.archiveFolder, 'raw'), { recursive: true });
    const { exitCode, stdout } = await mailbox.cli('audit', '--repair');
    assert.equal(exitCode, 1);
    assert.match(stdout, /at work: process 4711 on nas since 20.*\n.*may show as a difference/);
    assert.match(stdout, /DAMAGE object-missing \(1\)/);
    assert.match(stdout, /the repair failed: LEASE_HELD: a run \(.*\) works on this account; its lease/);
    assert.ok(readLedger(mailbox.archiveFolder).every(({ mark }) => mark === null));
  },
);
