// The books of a run: every listed message decided once, counts that add up whatever happened, and what is left of the
// listing for the next run to compare with.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MailferryError } from '../../lib/core/errors.ts';
import { ListedRows } from '../../lib/core/pop3/listed-rows.ts';
import type { ListedMessage } from '../../lib/core/pop3/listing.ts';
import { isBalanced, MESSAGE_OUTCOMES } from '../../lib/core/run-counts.ts';
import type { MessageOutcome } from '../../lib/core/run-counts.ts';
import { RunBook } from '../../lib/import/run-book.ts';
import { row } from '../support/listed-messages.ts';

const NOTHING = { known: 0, stored: 0, duplicate: 0, skipped: 0, quarantined: 0, failed: 0, deferred: 0 };
const [A, B, C] = [row(1, 'a'), row(2, 'b'), row(3, undefined)];

function bookOf(...listing: readonly ListedMessage[]): RunBook {
  const book = new RunBook(undefined);
  book.list(ListedRows.of(listing));
  return book;
}

function isUnbalanced(error: unknown): boolean {
  return error instanceof MailferryError && error.code === 'RUN_UNBALANCED' && error.scope === 'account';
}

test('a run that never saw a listing listed nothing', () => {
  const book = new RunBook(undefined);
  assert.deepEqual(book.counts(), { listed: 0, ...NOTHING });
  assert.equal(book.listingMark(), undefined);
  assert.equal(book.outcome, 'complete');
});

test('what a stopped run did not decide is deferred; another run that did not decide everything does not balance', () => {
  const book = bookOf(A, B, C);
  book.decide(B, 'stored');
  assert.throws(() => book.counts(), isUnbalanced);
  book.stopFor(new Error('the server is gone'));
  assert.deepEqual(book.counts(), { listed: 3, ...NOTHING, stored: 1, deferred: 2 });
  assert.deepEqual(
    [A, B, C].map((listed) => book.isDecided(listed)),
    [false, true, false],
  );
});

test('a message is decided once: a second decision is refused, whatever it says, and changes nothing', () => {
  for (const first of MESSAGE_OUTCOMES) {
    for (const second of MESSAGE_OUTCOMES) {
      const book = bookOf(A);
      book.decide(A, first);
      assert.throws(() => book.decide(A, second), isUnbalanced);
      assert.deepEqual(book.counts(), { listed: 1, ...NOTHING, [first]: 1 });
    }
  }
});

test('a message that is not listed is not decided, though another looks like it', () => {
  const book = bookOf(A);
  assert.throws(() => book.decide(B, 'known'), isUnbalanced);
  assert.throws(() => book.decide({ ...A }, 'known'), isUnbalanced);
  assert.equal(book.isDecided(A), false);
});

test('what is refused names numbers and states, never a UIDL', () => {
  const secretive = row(7, 'a-sender-chose-this');
  const book = bookOf(secretive);
  book.decide(secretive, 'known');
  assert.throws(
    () => book.decide(secretive, 'stored'),
    (error: Error) => {
      assert.match(error.message, /message 7 is known and would be stored/);
      assert.doesNotMatch(error.message, /sender/);
      return true;
    },
  );
});

test('a run is complete without errors, partial with one, stopped by what ends it, and stays so', () => {
  const book = bookOf(A);
  assert.equal(book.outcome, 'complete');
  book.notice('TIME_UP', 'mail is left');
  assert.equal(book.outcome, 'complete', 'a notice is no failure');
  book.report(new Error('one message'));
  assert.equal(book.outcome, 'partial');
  book.stopFor(new Error('the server is gone'));
  book.report(new Error('another message'));
  assert.equal(book.outcome, 'stopped');
});

test('whoever watches hears every error and notice once, as the record keeps it', () => {
  const heard: unknown[] = [];
  const book = new RunBook({
    failed: (error) => heard.push(error),
    noticed: (notice) => heard.push(notice),
  });
  book.report(new Error('first'));
  book.notice('NO_UIDL', 'none');
  book.stopFor(new Error('last'));
  assert.deepEqual(
    book.errors.map(({ code, message }) => `${code} ${message}`),
    ['INTERNAL first', 'INTERNAL last'],
  );
  assert.deepEqual(book.notices, [{ code: 'NO_UIDL', message: 'none' }]);
  assert.deepEqual(heard, [book.errors[0], book.notices[0], book.errors[1]]);
});

test('the mark of a listing counts what is left of it, and of that what the ledger has a record of', () => {
  const outcomes: readonly [MessageOutcome | undefined, recorded: boolean][] = [
    ['known', true],
    ['stored', true],
    ['duplicate', true],
    ['quarantined', true],
    ['failed', true],
    ['skipped', false],
    ['deferred', false],
    [undefined, false],
  ];
  for (const [outcome, isRecorded] of outcomes) {
    for (const listed of [A, C]) {
      const book = bookOf(listed);
      if (outcome !== undefined) book.decide(listed, outcome);
      const recorded = isRecorded && listed.uidl !== undefined ? 1 : 0;
      assert.deepEqual(book.listingMark(), { rows: 1, recorded }, `${outcome} ${listed.uidl}`);
      book.deleted(listed);
      assert.deepEqual(book.listingMark(), { rows: 0, recorded: 0 });
    }
  }
});

test('an empty listing leaves a mark, a run that was stopped leaves none', () => {
  const book = bookOf();
  assert.deepEqual(book.listingMark(), { rows: 0, recorded: 0 });
  book.stopFor(new Error('the server is gone'));
  assert.equal(book.listingMark(), undefined);
});

const outcomes = fc.option(fc.constantFrom(...MESSAGE_OUTCOMES), { nil: undefined });
const decisions = fc.array(fc.record({ outcome: outcomes, hasId: fc.boolean(), isDeleted: fc.boolean() }), {
  maxLength: 30,
});

test('the counts of any run balance, and its mark never exceeds its listing', () => {
  fc.assert(
    fc.property(decisions, (decisions) => {
      const listing = decisions.map(({ hasId }, index) => row(index + 1, hasId ? `id-${index}` : undefined));
      const book = bookOf(...listing);
      for (const [index, listed] of listing.entries()) {
        const { outcome, isDeleted } = decisions[index] ?? {};
        book.decide(listed, outcome ?? 'deferred');
        if (isDeleted === true) book.deleted(listed);
      }
      const counts = book.counts();
      assert.ok(isBalanced(counts));
      for (const outcome of MESSAGE_OUTCOMES) {
        const decided = decisions.filter((decision) => (decision.outcome ?? 'deferred') === outcome).length;
        assert.equal(counts[outcome], decided, outcome);
      }
      const mark = book.listingMark();
      assert.ok(mark !== undefined && mark.recorded <= mark.rows && mark.rows <= counts.listed);
    }),
  );
});
