// What it costs, by counting: every request where it passes, every second of a function as Lambda bills it, with mailboxes a
// tenth of a second away. What is there once, however much mail, is measured by itself and not multiplied with the rest.
// Asserted is what is counted; the time that functions take is priced and printed, for it is this machine's.
// MAILFERRY_LONG=1: a thousand accounts for an hour and ten thousand messages.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { POLL_MESSAGES } from '../../lib/estimate/deployed-sizes.ts';
import { assume } from '../../lib/estimate/assumptions.ts';
import { dollars, HOURS_A_MONTH, PRICES, quantities } from '../../lib/estimate/aws-prices.ts';
import type { Billed, Quantities } from '../../lib/estimate/aws-prices.ts';
import { estimate } from '../../lib/estimate/estimate.ts';
import { alikeMailboxes } from '../../lib/estimate/mailbox-facts.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { openCostPlace } from '../support/importer/cost-place.ts';
import type { CostPlace } from '../support/importer/cost-place.ts';
import { lambdaClientSkip } from '../support/lambda-client-presence.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { printBill } from '../support/print-bill.ts';

const LONG = process.env['MAILFERRY_LONG'] === '1';
const ROUND_TRIP_MS = 100;

/** What is polled in a month: so many accounts, every so many minutes. */
const ACCOUNTS = 1000;
const EVERY_MINUTES = 5;
const ROUNDS_AN_HOUR = 60 / EVERY_MINUTES;
/** Dollars, without the time of functions. */
const MOST_A_MONTH = 5;
/** Of them, what is measured. */
const POLLED_ACCOUNTS = LONG ? ACCOUNTS : 100;
const ROUNDS = LONG ? ROUNDS_AN_HOUR : 1;

/** What is imported, in mailboxes of so many messages each. */
const MAILBOX_MESSAGES = 10_000;
const MESSAGE_OCTETS = 20_000;
/** Dollars, without the time of functions. */
const MOST_A_MILLION = 12;
/**
 * Two mailboxes that a poll begins and a drain ends, so that what they differ by is messages and nothing else: what a mailbox
 * costs by itself is not taken for something that each message costs.
 */
const MESSAGES = LONG ? { medium: 1000, large: MAILBOX_MESSAGES } : { medium: 110, large: 220 };

const skip = lambdaClientSkip() || motoSkip() || dovecotSkip();

void describe('the cost', { skip, timeout: LONG ? 7_200_000 : 460_000 }, () => {
  let place: CostPlace;
  before(async () => {
    place = await openCostPlace({
      accounts: POLLED_ACCOUNTS,
      everyMinutes: EVERY_MINUTES,
      messages: MESSAGES,
      messageOctets: MESSAGE_OCTETS,
    });
  });
  after(async () => await place[Symbol.asyncDispose]());

  void test('of a million messages, in mailboxes of ten thousand', async (t) => {
    place.roundTripMs = ROUND_TRIP_MS;
    await place.passMinutes(1);
    const medium = await place.importMailbox('medium');
    const large = await place.importMailbox('large');
    const each = quantities((name) => (large[name] - medium[name]) / (MESSAGES.large - MESSAGES.medium));
    const mailbox = quantities((name) => large[name] + each[name] * (MAILBOX_MESSAGES - MESSAGES.large));
    const bill = quantities((name) => {
      const ofMailbox = name.startsWith('GB-seconds') ? timeOfMailbox(name, large[name]) : mailbox[name];
      return (Math.max(0, ofMailbox) * 1_000_000) / MAILBOX_MESSAGES;
    });
    t.diagnostic(printBill(`a million messages of ${MESSAGE_OCTETS / 1000} KB, by ${MESSAGES.large}:`, bill));
    t.diagnostic(`${MESSAGES.medium}: ${tell(medium)}; ${MESSAGES.large}: ${tell(large)}`);
    const { firstImport } = estimated(1_000_000 / MAILBOX_MESSAGES, 1_000_000);
    t.diagnostic(printBill('as mailferry estimate has it:', firstImport.bill));
    const counted = ['S3 PUT and LIST', 'S3 GET and HEAD', 'DynamoDB write units', 'SQS requests'] as const;
    assertNear(firstImport.bill, bill, counted);
    const catalog = large['S3 PUT and LIST'] - 2 * MESSAGES.large;
    assert.ok(catalog >= 0, 'an object and a document for each');
    assert.ok(catalog <= large.invocations, `${catalog} files of the catalog`);
    assert.equal(large['S3 GET and HEAD'], MESSAGES.large, 'each is read once, to be parsed');
    assert.ok(each['DynamoDB write units'] <= 1.1, `${each['DynamoDB write units']} write units a message`);
    assert.ok(large['EventBridge events'] <= 4 && large['reads of a secret'] <= 1, tell(large));
    assert.ok(
      requestsOf(bill) <= MOST_A_MILLION,
      `requests of a million messages: $${requestsOf(bill).toFixed(2)}`,
    );
  });

  void test('of a thousand accounts polled every five minutes for a month with nothing new', async (t) => {
    place.roundTripMs = ROUND_TRIP_MS;
    const minutes = EVERY_MINUTES * ROUNDS;
    const idle = await place.passMinutes(minutes);
    place.roundTripMs = 0;
    await place.settleAccounts();
    place.roundTripMs = ROUND_TRIP_MS;
    const { used, polls } = await place.pollRounds(ROUNDS, ROUNDS_AN_HOUR);
    // The minutes pass however many accounts there are.
    const accounts = quantities((name) => (used[name] - idle[name]) * (ACCOUNTS / POLLED_ACCOUNTS));
    const aMonth = (HOURS_A_MONTH * 60) / minutes;
    const bill = {
      ...quantities((name) => Math.max(0, idle[name] + accounts[name]) * aMonth),
      'secrets for a month': 1,
    };
    t.diagnostic(printBill(`${ACCOUNTS} accounts every ${EVERY_MINUTES} minutes, by ${polls} polls:`, bill));
    t.diagnostic(`not in it: ${EMPTY_POLLS} by which Lambda waits for messages`);
    t.diagnostic(`idle: ${tell(idle)}; polled: ${tell(used)}`);
    const { polling } = estimated(ACCOUNTS, 0).month;
    t.diagnostic(printBill('polls as mailferry estimate has them:', polling));
    const polled = quantities((name) => accounts[name] * aMonth);
    assertNear(polling, polled, ['DynamoDB read units', 'DynamoDB write units', 'SQS FIFO requests']);
    assert.equal(polls, POLLED_ACCOUNTS * ROUNDS, 'each account is polled once in each of its turns');
    assert.equal(used['S3 PUT and LIST'] + used['S3 GET and HEAD'] + used['SQS requests'], 0);
    assert.equal(used['EventBridge events'] + used['reads of a secret'], 0);
    const marks = Math.ceil(polls / ROUNDS_AN_HOUR);
    // One look at each account, what the dispatcher finds them by, and a mark of the last success once an hour.
    const reads = used['DynamoDB read units'] - idle['DynamoDB read units'];
    assert.ok(
      reads >= polls && reads <= polls + 3 * marks + minutes,
      `${reads} read units for ${polls} polls`,
    );
    const writes = used['DynamoDB write units'] - idle['DynamoDB write units'];
    assert.ok(writes >= marks - 1 && writes <= 3 * marks, `${writes} write units for ${marks} marks`);
    assert.ok(requestsOf(bill) <= MOST_A_MONTH, `requests of a month: $${requestsOf(bill).toFixed(2)}`);
  });
});

/**
 * Lambda polls a queue with five connections, each waiting up to 20 s, also when nothing comes: so its documentation says of
 * standard queues, and it is taken to be so of FIFO queues. A million requests a month are free.
 */
const EMPTY_POLLS = ((): string => {
  const ofQueue = (5 * HOURS_A_MONTH * 3600) / 20;
  const price = ofQueue * (2 * PRICES['SQS FIFO requests'] + PRICES['SQS requests']);
  return `${3 * ofQueue} empty polls of 3 queues, $${price.toFixed(2)}`;
})();

/** By one measurement: two differ by what else the machine does at the time. @param seconds of the large one */
function timeOfMailbox(name: Billed, seconds: number): number {
  // A poll fetches as much of any large mailbox, a drain the rest.
  if (name === 'GB-seconds of drain')
    return (seconds * (MAILBOX_MESSAGES - POLL_MESSAGES)) / (MESSAGES.large - POLL_MESSAGES);
  return name === 'GB-seconds of parse' ? (seconds * MAILBOX_MESSAGES) / MESSAGES.large : seconds;
}

/** What `mailferry estimate` says of so much. @param messages in all mailboxes together */
function estimated(mailboxes: number, messages: number): ReturnType<typeof estimate> {
  const mail = { messages, octets: messages * MESSAGE_OCTETS, everyMinutes: EVERY_MINUTES };
  return estimate(
    alikeMailboxes(mailboxes, mail),
    0,
    assume({ attachmentsPerMessage: 0, rttMs: ROUND_TRIP_MS }),
  );
}

/** Within a tenth of what was counted. */
function assertNear(said: Quantities, counted: Quantities, names: readonly Billed[]): void {
  for (const name of names) {
    const ratio = said[name] / counted[name];
    assert.ok(ratio > 0.9 && ratio < 1.1, `${name}: ${said[name]} estimated, ${counted[name]} counted`);
  }
}

/** Dollars for everything but the time of functions. */
function requestsOf(bill: Quantities): number {
  return dollars(quantities((name) => (name.startsWith('GB-seconds') ? 0 : bill[name])));
}

function tell(used: Quantities): string {
  return JSON.stringify(Object.fromEntries(Object.entries(used).filter(([, count]) => count > 0)));
}
