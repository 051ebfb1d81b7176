// When a run sends commands ahead, and what becomes of it when that goes wrong: no message is charged with what may have
// been the fault of sending ahead.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipeliningMode } from '../../lib/core/account.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';
import type { Pop3Faults } from '../support/pop3-server/faults.ts';
import { letter, startRuns } from './runs-under-test.ts';

function letters(count: number): TestMessage[] {
  return Array.from({ length: count }, (_, index) => letter(`uidl-${index + 1}`, `mail ${index + 1}`));
}

/** The proof behind each message: it is only asked for where commands are sent ahead. */
function proofsIn(session: { readonly commands: readonly string[] } | undefined): string[] {
  return session?.commands.filter((command) => /^LIST \d/.test(command)) ?? [];
}

const HIDDEN: Pop3Faults = { hideCapabilities: ['PIPELINING'] };
const MODES: readonly [what: string, mode: PipeliningMode, faults: Pop3Faults, isPipelined: boolean][] = [
  ['PIPELINING is announced after login', 'auto', {}, true],
  ['PIPELINING is not announced', 'auto', HIDDEN, false],
  ['CAPA is refused', 'auto', { refuseCapa: true }, false],
  ['PIPELINING is announced, and the account never wants it', 'never', {}, false],
  ['PIPELINING is not announced, and the account always wants it', 'always', HIDDEN, true],
];

for (const [what, pipelining, faults, isPipelined] of MODES) {
  test(`where ${what}, commands are ${isPipelined ? 'sent ahead' : 'sent one by one'}`, async () => {
    await using runs = await startRuns(letters(5), faults);
    const { counts, outcome } = await runs.run({ pipelining });
    assert.deepEqual([outcome, counts.stored], ['complete', 5]);
    assert.equal(proofsIn(runs.server.sessions[0]).length, isPipelined ? 5 : 0);
  });
}

test('a session that breaks with several messages under way goes on in another, one by one, and blames none', async () => {
  const mail = letters(6);
  // The fourth message comes whole, and not its proof: it is asked for again.
  await using runs = await startRuns(mail, { closeAfterRetrs: 4 });
  const { outcome, counts, errors, notices } = await runs.run();
  const [first, ...others] = runs.server.sessions;
  assert.ok(proofsIn(first).length > 1);
  assert.deepEqual(others.flatMap(proofsIn), []);
  assert.deepEqual([outcome, errors, counts.failed], ['complete', [], 0]);
  assert.deepEqual(
    notices.map(({ code }) => code),
    ['RECONNECTED'],
  );
  assert.ok(mail.every((message) => runs.isStored(message)));
});

test('a message that comes without an octet is asked for again in another session, then set aside, and never deleted', async () => {
  const lost = { uidl: 'lost', content: Buffer.alloc(0) };
  const mail = [...letters(3), lost, letter('uidl-5', 'mail 5')];
  await using runs = await startRuns([...mail], { listSizes: { 1: 500, 4: 500 } });
  const first = await runs.run({ onServer: 'delete' });
  assert.deepEqual([first.outcome, first.counts.stored, first.counts.failed], ['partial', 4, 1]);
  assert.ok(runs.server.sessions.length >= 2);
  const asked = runs.server.sessions.flatMap(({ commands }) => commands.filter((line) => line === 'RETR 4'));
  assert.equal(asked.length, 2);
  await runs.run({ onServer: 'delete' });
  const third = await runs.run({ onServer: 'delete' });
  assert.equal(third.counts.quarantined, 1);
  assert.equal(runs.isStored(lost), false);
  assert.deepEqual(runs.server.maildrop, [lost]);
});
