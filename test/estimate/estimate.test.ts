// From mailboxes to dollars: what must be so whatever the prices are, and some figures that can be worked out by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { assume } from '../../lib/estimate/assumptions.ts';
import { BILLED, dollars, linesOf, PRICES } from '../../lib/estimate/aws-prices.ts';
import { POLL_MESSAGES, PARSES_AT_ONCE } from '../../lib/estimate/deployed-sizes.ts';
import { billOf, dollarsOf, estimate } from '../../lib/estimate/estimate.ts';
import { estimateFirstImport } from '../../lib/estimate/first-import.ts';
import { mailbox } from './facts.ts';

const PLAIN = assume({ attachmentsPerMessage: 0 });

test('a message costs an object, a document, a look, a record and S3 telling of it', () => {
  const { bill } = estimateFirstImport([mailbox({ messages: 100_000, octets: 2e9 })], PLAIN);
  const each = (name: keyof typeof bill): number => bill[name] / 100_000;
  assert.ok(each('S3 PUT and LIST') >= 2 && each('S3 PUT and LIST') <= 2.11, String(each('S3 PUT and LIST')));
  assert.equal(each('S3 GET and HEAD'), 1);
  assert.ok(each('DynamoDB write units') >= 1 && each('DynamoDB write units') < 1.01);
  assert.ok(each('SQS requests') > 1.19 && each('SQS requests') < 1.3);
});

test('a message that is deleted on the server costs a look and two marks more', () => {
  const kept = estimateFirstImport([mailbox()], PLAIN).bill;
  const deleted = estimateFirstImport([mailbox({ deletes: true })], PLAIN).bill;
  assert.equal(deleted['S3 GET and HEAD'] - kept['S3 GET and HEAD'], 10_000);
  assert.equal(deleted['DynamoDB write units'] - kept['DynamoDB write units'], 20_000);
});

test('without pipelining each message waits for the way there and back', () => {
  const slow = estimateFirstImport([mailbox({ isPipelined: false })], assume({ rttMs: 100 }));
  const fast = estimateFirstImport([mailbox()], assume({ rttMs: 100 }));
  assert.ok(slow.seconds >= 1000 && slow.seconds < 1002, `${slow.seconds} s`);
  assert.ok(fast.seconds < 200, `${fast.seconds} s`);
  assert.ok(slow.bill['GB-seconds of drain'] > 5 * fast.bill['GB-seconds of drain']);
});

test('a mailbox that a poll can carry needs no drain', () => {
  const small = estimateFirstImport([mailbox({ messages: POLL_MESSAGES, octets: 1e6 })], PLAIN).bill;
  assert.ok(small['GB-seconds of poll'] > 0 && small['GB-seconds of drain'] === 0);
  const large = estimateFirstImport([mailbox({ messages: POLL_MESSAGES + 1, octets: 1e6 })], PLAIN).bill;
  assert.ok(large['GB-seconds of poll'] === 0 && large['GB-seconds of drain'] > 0);
});

test('mailboxes are imported ten at a time, and parsed by ten', () => {
  const fast = assume({ parseMs: 0, s3Ms: 0 });
  const boxes = Array.from({ length: 40 }, () => mailbox());
  const one = estimateFirstImport([mailbox()], fast).seconds;
  const all = estimateFirstImport(boxes, fast).seconds;
  assert.ok(Math.abs(all - 4 * one) < 0.001 * all, `${one} s and ${all} s`);
  const slow = estimateFirstImport(
    boxes,
    assume({ parseMs: 500, s3Ms: 100, parseOctetsPerSecond: 1e12 }),
  ).seconds;
  assert.equal(Math.round(slow), (400_000 * 0.5) / 10);
});

test('messages that wait for S3 leave the processor to the others under way, and to no more', () => {
  const seconds = (parseMs: number, s3Ms: number): number => {
    const assumptions = assume({ parseMs, s3Ms, parseOctetsPerSecond: 1e12 });
    return (estimateFirstImport([mailbox()], assumptions).bill['GB-seconds of parse'] * 1024) / 1769;
  };
  assert.equal(PARSES_AT_ONCE, 8);
  assert.equal(Math.round(seconds(10, 10)), 100);
  assert.equal(Math.round(seconds(10, 70)), 100);
  assert.equal(Math.round(seconds(10, 150)), 200);
});

test('what an account lets a run fetch makes more slices of it', () => {
  const whole = estimateFirstImport([mailbox()], PLAIN).bill;
  const sliced = estimateFirstImport([mailbox({ runMessages: 1000 })], PLAIN).bill;
  assert.equal(whole['EventBridge events'], 1);
  assert.equal(sliced['EventBridge events'], 10);
  assert.ok(sliced['DynamoDB write units'] > whole['DynamoDB write units']);
});

test('a mailbox that is paused and empty costs what the stack costs by itself', () => {
  const { month, firstImport } = estimate(
    [mailbox({ messages: 0, octets: 0, pollsPerMonth: 0 })],
    100,
    PLAIN,
  );
  assert.deepEqual([dollars(month.polling), dollars(month.newMail), dollars(firstImport.bill)], [0, 0, 0]);
  assert.ok(dollars(month.standing) > 10);
});

test('a poll with nothing new reads one unit and writes nothing but a mark an hour', () => {
  const everyMinute = mailbox({ pollsPerMonth: 43_800 });
  const { polling } = estimate([everyMinute], 0, PLAIN).month;
  assert.ok(Math.abs(polling['DynamoDB read units'] / 43_800 - 1) < 0.02);
  assert.equal(polling['DynamoDB write units'], 2 * 730);
  assert.equal(polling['S3 PUT and LIST'] + polling['S3 GET and HEAD'], 0);
});

test('new mail is as stated, else as measured, else assumed; the weakest word is said', () => {
  const measured = mailbox({ arrivals: { messagesPerMonth: 300, octetsPerMonth: 3e6 } });
  const stated = estimate([measured, mailbox()], 1000, PLAIN);
  assert.deepEqual([stated.month.messages, stated.newMailSource], [1000, 'stated']);
  const both = estimate([measured, mailbox({ messages: 2400 })], undefined, assume({ monthsOfMail: 24 }));
  assert.deepEqual([both.month.messages, both.newMailSource], [400, 'assumed']);
  const told = estimate([measured], undefined, PLAIN);
  assert.deepEqual([told.month.messages, told.month.octets, told.newMailSource], [300, 3e6, 'measured']);
});

test('storage is of mail, documents and records, at the prices of a month', () => {
  const { storage } = estimate([mailbox({ messages: 1_000_000, octets: 100e9 })], 0, assume()).month;
  assert.equal(storage['GB-months of S3'], 200);
  assert.equal(storage['GB-months of the table'], 0.5);
});

const facts = fc
  .record({
    messages: fc.integer({ min: 0, max: 2_000_000 }),
    each: fc.integer({ min: 0, max: 50_000_000 }),
    pollsPerMonth: fc.integer({ min: 0, max: 43_800 }),
    isPipelined: fc.boolean(),
    deletes: fc.boolean(),
    runMessages: fc.option(fc.integer({ min: 1, max: 1e6 }), { nil: undefined }),
  })
  .map(({ messages, each, ...rest }) => mailbox({ ...rest, messages, octets: messages * each }));

test('every figure is a number, and none is negative', () => {
  fc.assert(
    fc.property(fc.array(facts, { minLength: 0, maxLength: 5 }), fc.option(fc.nat()), (boxes, stated) => {
      const { firstImport, month } = estimate(boxes, stated ?? undefined, assume());
      for (const bill of [firstImport.bill, billOf(month)])
        for (const name of BILLED) assert.ok(Number.isFinite(bill[name]) && bill[name] >= 0, name);
      assert.ok(Number.isFinite(firstImport.seconds) && firstImport.seconds >= 0);
    }),
  );
});

test('more mail never costs less, nor takes less time', () => {
  fc.assert(
    fc.property(facts, fc.integer({ min: 1, max: 1e6 }), (box, more) => {
      const larger = mailbox({ ...box, messages: box.messages + more, octets: box.octets + 1000 * more });
      fc.pre(box.messages > POLL_MESSAGES);
      const [before, after] = [box, larger].map((one) => estimate([one], 0, assume()));
      assert.ok(before && after);
      assert.ok(dollars(after.firstImport.bill) > dollars(before.firstImport.bill));
      assert.ok(after.firstImport.seconds >= before.firstImport.seconds);
      assert.ok(dollarsOf(after.month) > dollarsOf(before.month));
    }),
  );
});

test('the lines of a bill are its sum, dearest first', () => {
  const { bill } = estimateFirstImport([mailbox()], assume());
  const lines = linesOf(bill);
  const sum = lines.reduce((total, { usd }) => total + usd, 0);
  assert.ok(Math.abs(sum - dollars(bill)) < 1e-9);
  assert.deepEqual(
    lines.map(({ usd }) => usd),
    lines.map(({ usd }) => usd).toSorted((a, b) => b - a),
  );
  for (const { item, quantity, usd } of lines) assert.equal(usd, quantity * PRICES[item]);
});
