// What it takes to bring in the mail that is there. Pure.

import type { Assumptions } from './assumptions.ts';
import type { Quantities } from './aws-prices.ts';
import { sumOf, used } from './aws-prices.ts';
import * as sizes from './deployed-sizes.ts';
import type { MailboxFacts } from './mailbox-facts.ts';
import {
  parseBatchesOf,
  READS_OF_RUN,
  readsOfRecords,
  useOfDeletions,
  useOfMessages,
  WRITES_OF_RUN,
} from './run-cost.ts';

export interface FirstImport {
  readonly messages: number;
  readonly octets: number;
  /** From the first poll to the last document, when mailboxes are imported side by side. */
  readonly seconds: number;
  readonly bill: Quantities;
}

export function estimateFirstImport(
  mailboxes: readonly MailboxFacts[],
  assumptions: Assumptions,
): FirstImport {
  const fetches = mailboxes.map((facts) => ({ facts, seconds: fetchSeconds(facts, assumptions) }));
  const messages = sum(mailboxes.map((facts) => facts.messages));
  const octets = sum(mailboxes.map((facts) => facts.octets));
  const parsed = useOfMessages({ messages, octets }, parseBatchesOf(messages), assumptions);
  const parseSeconds = (parsed['GB-seconds of parse'] * 1024) / sizes.MEMORY_MEGABYTES.parse;
  return {
    messages,
    octets,
    seconds: Math.max(
      ...fetches.map(({ seconds }) => seconds),
      sum(fetches.map(({ seconds }) => seconds)) / sizes.CONCURRENCY,
      parseSeconds / sizes.CONCURRENCY,
    ),
    bill: sumOf([parsed, ...fetches.map(({ facts, seconds }) => useOfFetching(facts, seconds, assumptions))]),
  };
}

/** The slowest of the line, the way there and back, and the work on each message sets the pace. */
function fetchSeconds({ messages, octets, isPipelined }: MailboxFacts, assumptions: Assumptions): number {
  const { rttMs, pipelinedMessages, lineOctetsPerSecond, storeMs, pollRoundTrips } = assumptions;
  if (messages === 0) return 0;
  const atOnce = isPipelined ? pipelinedMessages : 1;
  const eachMs = Math.max(rttMs / atOnce, storeMs);
  return (pollRoundTrips * rttMs) / 1000 + Math.max((messages * eachMs) / 1000, octets / lineOctetsPerSecond);
}

function useOfFetching(facts: MailboxFacts, seconds: number, assumptions: Assumptions): Quantities {
  const { messages, octets, deletes } = facts;
  if (messages === 0) return used({});
  const isPoll = messages <= sizes.POLL_MESSAGES && octets <= sizes.POLL_OCTETS;
  const slices = isPoll ? 1 : slicesOf(facts, seconds);
  const fetched = used({
    [isPoll ? 'GB-seconds of poll' : 'GB-seconds of drain']: sizes.gbSeconds(
      isPoll ? 'poll' : 'drain',
      seconds,
    ),
    invocations: slices,
    // Each slice's message is sent, received and deleted; its chain is kept in the account's state.
    'SQS FIFO requests': 3 * slices,
    'DynamoDB write units': slices * (WRITES_OF_RUN + (isPoll ? 0 : 2)),
    'DynamoDB read units': slices * (READS_OF_RUN + readsOfRecords(messages / 2, assumptions)),
    'EventBridge events': slices,
    'reads of a secret': slices,
    'gigabytes of logs': (slices * assumptions.logOctets) / 1e9,
  });
  return deletes ? sumOf([fetched, useOfDeletions(messages)]) : fetched;
}

/** By time, or by what the account lets a run fetch. */
function slicesOf({ messages, octets, runMessages, runOctets }: MailboxFacts, seconds: number): number {
  return Math.ceil(
    Math.max(
      1,
      seconds / sizes.SLICE_SECONDS,
      messages / (runMessages ?? Infinity),
      octets / (runOctets ?? Infinity),
    ),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
