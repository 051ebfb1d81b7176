// What it costs, by counting: every request where it passes, every second of a function as Lambda bills it, with mailboxes a
// tenth of a second away. Counts are exact and asserted; the prices are in test/support/aws-prices.ts.
// MAILFERRY_LONG=1: a thousand accounts for an hour and ten thousand messages, so that nothing but the month is multiplied.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { dollars, HOURS_A_MONTH, PRICES, printBill } from '../support/aws-prices.ts';
import type { BillLine } from '../support/aws-prices.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { openCostPlace } from '../support/importer/cost-place.ts';
import type { CostPlace } from '../support/importer/cost-place.ts';
import { billOf } from '../support/importer/importer-meter.ts';
import type { ImporterUse } from '../support/importer/importer-meter.ts';
import { lambdaClientSkip } from '../support/lambda-client-presence.ts';
import { motoSkip } from '../support/moto-presence.ts';

const LONG = process.env['MAILFERRY_LONG'] === '1';
const ROUND_TRIP_MS = 100;

/** What is polled in a month: so many accounts, every so many minutes. */
const ACCOUNTS = 1000;
const EVERY_MINUTES = 5;
const POLLED_ACCOUNTS = LONG ? ACCOUNTS : 200;
const ROUNDS = LONG ? 12 : 1;
const ROUNDS_AN_HOUR = 60 / EVERY_MINUTES;
const MOST_A_MONTH = 10;

const MESSAGES = LONG ? 10_000 : 300;
const MESSAGE_OCTETS = 20_000;
const MOST_A_MILLION = 12;

const skip = lambdaClientSkip() || motoSkip() || dovecotSkip();

void describe('the cost', { skip, timeout: LONG ? 7_200_000 : 460_000 }, () => {
  let place: CostPlace;
  before(async () => {
    const sizes = { accounts: POLLED_ACCOUNTS, messages: MESSAGES, messageOctets: MESSAGE_OCTETS };
    place = await openCostPlace(sizes);
  });
  after(async () => await place[Symbol.asyncDispose]());

  void test('of a million messages imported', async (t) => {
    place.roundTripMs = ROUND_TRIP_MS;
    const use = await place.importLargeMailbox();
    const times = 1_000_000 / MESSAGES;
    const bill = billOf(use, times, 'quietGbSeconds');
    t.diagnostic(
      printBill(`a million messages of ${MESSAGE_OCTETS / 1000} KB, by ${MESSAGES} of one mailbox:`, bill),
    );
    tell(t, use, billOf(use, times, 'gbSeconds'));
    assert.equal(
      use.s3Writes,
      2 * MESSAGES,
      'a raw object and a document for each message, and nothing else',
    );
    assert.equal(use.s3Reads, MESSAGES, 'each is read once, to be parsed');
    assert.equal(use.notifications, MESSAGES);
    // A record each; and leases, progress, runs and slices.
    assert.ok(use.dynamodb.writeUnits <= MESSAGES + 40, `${use.dynamodb.writeUnits} write units`);
    assert.ok(use.events <= 4 && use.secretReads <= 2, JSON.stringify(use));
    assert.ok(dollars(bill) <= MOST_A_MILLION, `a million messages for $${dollars(bill).toFixed(2)}`);
  });

  void test('of a thousand accounts polled every five minutes for a month with nothing new', async (t) => {
    place.roundTripMs = 0;
    await place.settleAccounts(EVERY_MINUTES);
    place.roundTripMs = ROUND_TRIP_MS;
    const { use, polls } = await place.pollRounds(ROUNDS, EVERY_MINUTES, ROUNDS_AN_HOUR);
    const share = POLLED_ACCOUNTS * ROUNDS;
    const times = (ACCOUNTS / POLLED_ACCOUNTS) * (ROUNDS_AN_HOUR / ROUNDS) * HOURS_A_MONTH;
    const bill = [
      ...billOf(withTicksOf(use, ACCOUNTS / POLLED_ACCOUNTS), times, 'quietGbSeconds'),
      { what: 'secrets', count: 1, unitPrice: PRICES.secretMonth },
    ];
    t.diagnostic(printBill(`${ACCOUNTS} accounts every ${EVERY_MINUTES} minutes, by ${share} polls:`, bill));
    t.diagnostic(printBill('beside it, whatever is polled:', STANDING));
    tell(t, use, billOf(use, times, 'gbSeconds'));
    assert.equal(polls, share, 'each account is polled once in each of its turns');
    assert.deepEqual([use.s3Writes, use.s3Reads, use.notifications], [0, 0, 0]);
    const marks = Math.round(share / ROUNDS_AN_HOUR);
    const { readUnits, writeUnits } = use.dynamodb;
    // One look at each account; and what the dispatcher reads.
    assert.ok(readUnits <= share + 4 * marks + 10 * EVERY_MINUTES * ROUNDS, `${readUnits} read units`);
    // The mark of an account's last success, once an hour; and the dispatcher's cursor.
    assert.ok(writeUnits <= 3 * marks + EVERY_MINUTES * ROUNDS, `${writeUnits} write units`);
    assert.ok(dollars(bill) <= MOST_A_MONTH, `a month for $${dollars(bill).toFixed(2)}`);
  });
});

/** A minute wakes the dispatcher once, however many accounts there are: its invocations are not multiplied by them. */
function withTicksOf(use: ImporterUse, times: number): ImporterUse {
  const { dispatch } = use.functions;
  const invocations = dispatch.invocations / times;
  return { ...use, functions: { ...use.functions, dispatch: { ...dispatch, invocations } } };
}

/**
 * Lambda polls each queue with five connections, each waiting up to 20 s, also when nothing comes; as its documentation says
 * of standard queues, and taken to be so of FIFO queues. Most of it falls under the free million of each month.
 */
const STANDING: readonly BillLine[] = [
  {
    what: 'empty polls of Lambda, 2 FIFO queues',
    count: (2 * 5 * HOURS_A_MONTH * 3600) / 20,
    unitPrice: PRICES.sqsFifoRequest,
  },
  {
    what: 'empty polls of Lambda, 1 standard queue',
    count: (5 * HOURS_A_MONTH * 3600) / 20,
    unitPrice: PRICES.sqsRequest,
  },
];

function tell(t: TestContext, use: ImporterUse, measured: readonly BillLine[]): void {
  t.diagnostic(`by the time it took on this machine: $${dollars(measured).toFixed(2)}`);
  t.diagnostic(JSON.stringify(use));
}
