// What is known of a mailbox before anything is fetched.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account } from '../../lib/core/account.ts';
import { alikeMailboxes, toMailboxFacts } from '../../lib/estimate/mailbox-facts.ts';

const ASKED = { messages: 3, octets: 600, sizes: [100, 200, 300], announcesPipelining: true };

type Rules = Parameters<typeof toMailboxFacts>[0];

function rules(changed: Partial<Rules> & { readonly messageOctets?: number } = {}): Rules {
  const { messageOctets, ...rest } = changed;
  const limits: Account['limits'] = {
    messageOctets,
    runMessages: 50,
    runOctets: undefined,
    deletionsPerRun: 1000,
  };
  return {
    limits,
    onServer: 'keep',
    pauseDeletions: false,
    pipelining: 'auto',
    schedule: { everyMinutes: 60 },
    paused: false,
    ...rest,
  };
}

test('what is too large for the account is not fetched, and counted', () => {
  const facts = toMailboxFacts(rules({ messageOctets: 200 }), ASKED, undefined);
  assert.deepEqual([facts.messages, facts.octets, facts.skippedMessages], [2, 300, 1]);
  assert.deepEqual([facts.runMessages, facts.pollsPerMonth], [50, 730]);
});

test('without LIST the sums of STAT stand as they are', () => {
  const facts = toMailboxFacts(rules({ messageOctets: 200 }), { ...ASKED, sizes: [] }, undefined);
  assert.deepEqual([facts.messages, facts.octets, facts.skippedMessages], [3, 600, 0]);
});

test('whether messages are asked for ahead is said by the account, or left to the server', () => {
  const silent = { ...ASKED, announcesPipelining: false };
  const isPipelined = (pipelining: Account['pipelining'], asked = ASKED): boolean =>
    toMailboxFacts(rules({ pipelining }), asked, undefined).isPipelined;
  assert.deepEqual([isPipelined('auto'), isPipelined('auto', silent)], [true, false]);
  assert.deepEqual([isPipelined('always', silent), isPipelined('never')], [true, false]);
});

test('an account that deletes for now or never does not delete, and a paused one is not polled', () => {
  const deletes = (changed: Partial<Rules>): boolean =>
    toMailboxFacts(rules(changed), ASKED, undefined).deletes;
  assert.equal(deletes({ onServer: 'delete' }), true);
  assert.equal(deletes({ onServer: { deleteAfterDays: 3 } }), true);
  assert.equal(deletes({ onServer: 'delete', pauseDeletions: true }), false);
  assert.equal(deletes({}), false);
  assert.equal(toMailboxFacts(rules({ paused: true }), ASKED, undefined).pollsPerMonth, 0);
});

test('mailboxes of which only the sum is said are as large as each other', () => {
  const boxes = alikeMailboxes(4, { messages: 100, octets: 1000, everyMinutes: 60 });
  assert.deepEqual(
    boxes.map(({ messages, octets, pollsPerMonth }) => [messages, octets, pollsPerMonth]),
    Array.from({ length: 4 }, () => [25, 250, 730]),
  );
});
