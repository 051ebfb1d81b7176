// A server that refuses mail in words about itself: nobody's message is charged with that, and the account waits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '../../lib/core/account.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';
import { letter, startRuns } from './runs-under-test.ts';

const OUT_OF_ORDER = '-ERR [SYS/TEMP] storage is out of order';
const LIMIT = '-ERR Download exceed. msg=10';
const OF_THE_SERVER = [OUT_OF_ORDER, '-ERR [IN-USE] busy', LIMIT];

function letters(count: number): TestMessage[] {
  return Array.from({ length: count }, (_, index) => letter(`uidl-${index + 1}`, `mail ${index + 1}`));
}

for (const refusal of OF_THE_SERVER) {
  for (const count of [1, 2, 5]) {
    test(`"${refusal}" to all of ${count} charges none of them, in however many runs, and the account waits`, async () => {
      const mail = letters(count);
      const all = mail.map((_message, index) => index + 1);
      await using runs = await startRuns(mail, { refuseRetr: all, refusal });
      for (let run = 0; run < 4; run += 1) {
        const { outcome, counts, errors } = await runs.run();
        assert.deepEqual([outcome, counts.deferred, counts.failed], ['stopped', count, 0]);
        assert.deepEqual(
          errors.map(({ code }) => code),
          ['POP3_UNAVAILABLE'],
        );
      }
      const { progress } = await runs.ledger.state('ann' as AccountId);
      assert.ok((progress?.nextAttemptAt ?? 0) > (progress?.lastEndedAt ?? 0));
      runs.server.faults = {};
      const { outcome, counts } = await runs.run();
      assert.deepEqual([outcome, counts.stored], ['complete', count]);
    });
  }
}

test('mail that comes beside such a refusal shows that it is about one message, which is charged with it', async () => {
  const mail = letters(3);
  await using runs = await startRuns(mail, { refuseRetr: [1], refusal: OUT_OF_ORDER });
  for (const outcome of ['failed', 'failed', 'quarantined'] as const) {
    const { counts } = await runs.run();
    assert.equal(counts[outcome], 1);
    runs.server.maildrop.push(letter(`later-${counts.known}`, `later ${counts.known}`));
  }
});

test('mail from before a limit was reached is stored, and the rest waits', async () => {
  await using runs = await startRuns(letters(5), { refuseRetr: [4, 5], refusal: LIMIT });
  const { outcome, counts } = await runs.run();
  assert.deepEqual([outcome, counts.stored, counts.deferred], ['stopped', 3, 2]);
});
