// What a month costs once the mail that was there is stored: the polls, the mail that comes in, the stack itself, and storage. Pure.

import type { Assumptions } from './assumptions.ts';
import type { Quantities } from './aws-prices.ts';
import { HOURS_A_MONTH, sumOf, used } from './aws-prices.ts';
import { gbSeconds, POLL_BATCH } from './deployed-sizes.ts';
import type { MailboxFacts } from './mailbox-facts.ts';
import { READS_OF_RUN, readsOfRecords, useOfDeletions, useOfMessages, WRITES_OF_RUN } from './run-cost.ts';
import type { Messages } from './run-cost.ts';

export interface Month {
  readonly polls: number;
  /** New ones, of all mailboxes. */
  readonly messages: number;
  readonly octets: number;
  readonly standing: Quantities;
  readonly polling: Quantities;
  readonly newMail: Quantities;
  /** Of the mail that was there, and half of a month's. */
  readonly storage: Quantities;
}

export interface NewMail extends Messages {
  /** `stated` by whoever asks · `measured` by earlier runs · `assumed`. */
  readonly source: 'stated' | 'measured' | 'assumed';
}

const MINUTES_A_MONTH = HOURS_A_MONTH * 60;
const DAYS_A_MONTH = HOURS_A_MONTH / 24;

export function estimateMonth(
  mailboxes: readonly MailboxFacts[],
  newMail: readonly NewMail[],
  assumptions: Assumptions,
): Month {
  const polls = sum(mailboxes.map(({ pollsPerMonth }) => pollsPerMonth));
  const there = sum(mailboxes.map(({ octets }) => octets));
  const messages = sum(newMail.map((mail) => mail.messages));
  const octets = sum(newMail.map((mail) => mail.octets));
  const records = sum(mailboxes.map((mailbox) => mailbox.messages)) + messages / 2;
  return {
    polls,
    messages,
    octets,
    standing: useOfStack(assumptions),
    polling: useOfPolls(mailboxes, polls, assumptions),
    newMail: sumOf(
      mailboxes.map((facts, index) => {
        const mail = newMail[index];
        return mail === undefined ? used({}) : useOfNewMail(facts, mail, assumptions);
      }),
    ),
    storage: used({
      'GB-months of S3': ((there + octets / 2) * (1 + assumptions.derivedShare)) / 1e9,
      'GB-months of the table': (records * assumptions.tableOctetsPerMessage) / 1e9,
    }),
  };
}

/** Lambda waits for a queue with so many connections, each for so long, also when nothing comes. */
const CONNECTIONS_TO_QUEUE = 5;
const EMPTY_POLL_SECONDS = 20;
/** A tick of the dispatcher, by counting: it computes for a tenth of a second. */
const TICK = { seconds: 0.11, readUnits: 2, writeUnits: 1 } as const;

/** What is there once, however much mail. */
function useOfStack({ alarms, metrics, dashboards, secrets, logOctets }: Assumptions): Quantities {
  const emptyPolls = (CONNECTIONS_TO_QUEUE * HOURS_A_MONTH * 3600) / EMPTY_POLL_SECONDS;
  return used({
    'ticks of Scheduler': MINUTES_A_MONTH,
    invocations: MINUTES_A_MONTH,
    'GB-seconds of dispatch': gbSeconds('dispatch', MINUTES_A_MONTH * TICK.seconds),
    'DynamoDB read units': MINUTES_A_MONTH * TICK.readUnits,
    'DynamoDB write units': MINUTES_A_MONTH * TICK.writeUnits,
    'SQS requests': emptyPolls,
    'SQS FIFO requests': 2 * emptyPolls,
    'alarms for a month': alarms,
    'metrics for a month': metrics,
    'dashboards for a month': dashboards,
    'secrets for a month': secrets,
    'gigabytes of logs': (MINUTES_A_MONTH * logOctets) / 1e9,
  });
}

/** A look at the account, and what the dispatcher finds it by: 80 octets of an index, read by 8 KB. */
const READS_OF_POLL = 1.01;
/** The mark of the last success, and its entry in the index. */
const WRITES_OF_MARK = 2;

/** Nothing is new. Accounts that are due in the same minute share an invocation. */
function useOfPolls(mailboxes: readonly MailboxFacts[], polls: number, assumptions: Assumptions): Quantities {
  const { rttMs, pollRoundTrips, pollMs, logOctets } = assumptions;
  const together = Math.min(POLL_BATCH, Math.max(1, polls / MINUTES_A_MONTH));
  const invocations = polls / together;
  const seconds = (invocations * pollRoundTrips * rttMs + polls * pollMs) / 1000;
  const marks = sum(mailboxes.map(({ pollsPerMonth }) => Math.min(pollsPerMonth, HOURS_A_MONTH)));
  return used({
    'GB-seconds of poll': gbSeconds('poll', seconds),
    invocations,
    'SQS FIFO requests': 3 * invocations,
    'DynamoDB read units': polls * READS_OF_POLL,
    'DynamoDB write units': marks * WRITES_OF_MARK,
    'gigabytes of logs': (invocations * logOctets) / 1e9,
  });
}

/** It comes when it comes: so many polls find some. */
function useOfNewMail(facts: MailboxFacts, mail: NewMail, assumptions: Assumptions): Quantities {
  const { messages } = mail;
  const { pollsPerMonth: polls, isPipelined, deletes } = facts;
  if (messages === 0 || polls === 0) return used({});
  const finds = polls * (1 - Math.exp(-messages / polls));
  const { rttMs, lineOctetsPerSecond, storeMs } = assumptions;
  const eachMs = (isPipelined ? 0 : rttMs) + storeMs;
  const seconds = (messages * eachMs + finds * rttMs) / 1000 + mail.octets / lineOctetsPerSecond;
  // Once a day every record is looked at again, as far as its mail is still on the server; otherwise only what is new.
  const looks = deletes ? 0 : Math.min(finds, DAYS_A_MONTH);
  const fetched = used({
    'GB-seconds of poll': gbSeconds('poll', seconds),
    'DynamoDB write units': finds * WRITES_OF_RUN,
    'DynamoDB read units': finds * READS_OF_RUN + looks * readsOfRecords(facts.messages, assumptions),
    'EventBridge events': finds,
  });
  const parsed = useOfMessages(mail, finds, assumptions);
  return sumOf([fetched, parsed, ...(deletes ? [useOfDeletions(messages)] : [])]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
