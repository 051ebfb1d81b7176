// An estimate in words and columns of 80, and as JSON with every line of the bill. What is taken for granted is part of both.

import type { AccountId } from '../core/account.ts';
import type { RunError } from '../core/run-error.ts';
import { ASSUMPTION_NAMES, ASSUMPTIONS } from '../estimate/assumptions.ts';
import type { Assumptions } from '../estimate/assumptions.ts';
import { dollars, linesOf, PRICED_REGION, PRICES_OF } from '../estimate/aws-prices.ts';
import type { Quantities } from '../estimate/aws-prices.ts';
import { dollarsOf } from '../estimate/estimate.ts';
import type { Estimate } from '../estimate/estimate.ts';
import type { MailboxFacts } from '../estimate/mailbox-facts.ts';
import { wrap } from './doctor/wrap.ts';
import { formatCount, formatDuration, formatOctets } from './format.ts';
import { layOut } from './table.ts';

/** What became of an account that was asked. */
export interface AskedAccount {
  readonly account: AccountId;
  /** `undefined`: it could not be asked. */
  readonly facts: MailboxFacts | undefined;
  readonly failure: RunError | undefined;
}

/** @param asked none: how much mail there is was said */
export function describeEstimate(asked: readonly AskedAccount[], estimated: Estimate): string {
  return [
    `What AWS would charge: list prices of ${PRICED_REGION}, ${PRICES_OF}, without free tier`,
    ...describeAsked(asked),
    '',
    ...describeFirstImport(estimated),
    '',
    ...describeMonth(estimated),
    '',
    ...describeAssumptions(estimated.assumptions),
  ].join('\n');
}

function describeAsked(asked: readonly AskedAccount[]): string[] {
  const rows = asked.flatMap(({ account, facts }) =>
    facts
      ? [
          [
            account,
            whole(facts.messages),
            formatOctets(facts.octets),
            whole(facts.pollsPerMonth),
            skipped(facts),
          ],
        ]
      : [],
  );
  const columns = [
    { title: 'account', align: 'left' },
    { title: 'messages', align: 'right' },
    { title: 'octets', align: 'right' },
    { title: 'polls a month', align: 'right' },
    { title: '', align: 'left' },
  ] as const;
  const failed = asked.flatMap(({ account, failure }) =>
    failure
      ? [
          `${account}: NOT IN THE ESTIMATE`,
          ...wrap(`${failure.code}: ${failure.message}`, WIDTH - 4).map(indent),
        ]
      : [],
  );
  return [
    ...(rows.length > 0 ? ['', ...layOut(columns, rows)] : []),
    ...(failed.length > 0 ? ['', ...failed] : []),
  ];
}

function skipped({ skippedMessages }: MailboxFacts): string {
  return skippedMessages === 0 ? '' : `${whole(skippedMessages)} too large`;
}

function describeFirstImport({ firstImport: { messages, octets, seconds, bill } }: Estimate): string[] {
  if (messages === 0) return ['The first import: nothing is there'];
  const took = formatDuration(seconds * 1000);
  return [
    `The first import: ${formatCount(Math.round(messages), 'message')}, ${formatOctets(octets)}, about ${took}`,
    ...describeBill('in all', bill),
  ];
}

const SOURCES = {
  stated: 'as you say',
  measured: 'as earlier runs tell',
  assumed: 'assumed: --messages-per-month',
} as const;

function describeMonth({ month, mailboxes, newMailSource }: Estimate): string[] {
  const { polls, messages, octets, standing, polling, newMail, storage } = month;
  return [
    `Each month: ${mailboxes.length === 1 ? '1 mailbox' : `${whole(mailboxes.length)} mailboxes`}, ${whole(polls)} polls`,
    `  ${formatCount(Math.round(messages), 'new message')}, ${formatOctets(octets)} (${SOURCES[newMailSource]})`,
    ...describeBill('the stack itself', standing),
    ...describeBill('polls', polling),
    ...describeBill('new mail', newMail),
    ...describeBill('storage, after the first import', storage),
    `  ${money(dollarsOf(month))}  EACH MONTH`,
  ];
}

/** Lines that come to less than a thousandth of a dollar are in the sum only. */
const LEAST_SHOWN = 0.0005;

const WHOLE = { maximumFractionDigits: 0 } as const;

function describeBill(title: string, bill: Quantities): string[] {
  const lines = linesOf(bill).filter(({ usd }) => usd >= LEAST_SHOWN);
  return [
    `  ${money(dollars(bill))}  ${title}`,
    ...lines.map(({ item, quantity, usd }) => {
      const count = quantity.toLocaleString('en', quantity < 100 ? { maximumSignificantDigits: 2 } : WHOLE);
      return `      ${money(usd)}  ${count.padStart(14)} ${item}`;
    }),
  ];
}

const WIDTH = 80;
const NAME_WIDTH = Math.max(...ASSUMPTION_NAMES.map((name) => name.length));
const VALUE_WIDTH = 10;

function describeAssumptions(assumptions: Assumptions): string[] {
  const before = 2 + NAME_WIDTH + 1 + VALUE_WIDTH + 2;
  const lines = ASSUMPTION_NAMES.flatMap((name) => {
    const value = assumptions[name].toLocaleString('en').padStart(VALUE_WIDTH);
    const [first = '', ...rest] = wrap(ASSUMPTIONS[name].why, WIDTH - before);
    return [
      `  ${name.padEnd(NAME_WIDTH)} ${value}  ${first}`,
      ...rest.map((line) => ' '.repeat(before) + line),
    ];
  });
  return ['Taken for granted; --assume NAME=VALUE if you know better', ...lines];
}

export function toEstimateJson(asked: readonly AskedAccount[], estimated: Estimate): object {
  const { firstImport, month, newMailSource, assumptions } = estimated;
  const { standing, polling, newMail, storage } = month;
  return {
    pricesOf: PRICES_OF,
    region: PRICED_REGION,
    accounts: asked.map(({ account, facts, failure }) => ({
      account,
      ...(facts && {
        messages: facts.messages,
        octets: facts.octets,
        skippedMessages: facts.skippedMessages,
        pollsPerMonth: facts.pollsPerMonth,
        isPipelined: facts.isPipelined,
        deletes: facts.deletes,
      }),
      failure: failure ?? null,
    })),
    firstImport: {
      messages: firstImport.messages,
      octets: firstImport.octets,
      seconds: firstImport.seconds,
      usd: dollars(firstImport.bill),
      bill: linesOf(firstImport.bill),
    },
    month: {
      mailboxes: estimated.mailboxes.length,
      polls: month.polls,
      newMessages: month.messages,
      newOctets: month.octets,
      newMailSource,
      usd: dollarsOf(month),
      ...Object.fromEntries(
        Object.entries({ standing, polling, newMail, storage }).map(([name, bill]) => [
          name,
          { usd: dollars(bill), bill: linesOf(bill) },
        ]),
      ),
    },
    assumptions: ASSUMPTION_NAMES.map((name) => ({
      name,
      value: assumptions[name],
      isDefault: assumptions[name] === ASSUMPTIONS[name].default,
      why: ASSUMPTIONS[name].why,
    })),
  };
}

function indent(line: string): string {
  return `  ${line}`;
}

function whole(count: number): string {
  return Math.round(count).toLocaleString('en');
}

function money(usd: number): string {
  return `$${usd.toFixed(3).padStart(9)}`;
}
