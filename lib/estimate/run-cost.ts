// What one run and one message use, by what the code does: counted, and held to be so, in test/aws/request-budget.test.ts. Pure.

import type { Quantities } from './aws-prices.ts';
import { used } from './aws-prices.ts';
import type { Assumptions } from './assumptions.ts';
import { gbSeconds, PARSE_BATCH, PARSES_AT_ONCE } from './deployed-sizes.ts';

/**
 * Beside its messages: lease taken and given back, progress, its record, what it announced; the index again where its view of
 * the account changes.
 */
export const WRITES_OF_RUN = 7;
/** The account before and under the lease, and its indexes' share. */
export const READS_OF_RUN = 4;

/** Records are read in their order, and billed by 4 KB (strongly consistent). */
const OCTETS_OF_READ_UNIT = 4096;
/** Receives and deletions take ten messages at most, however large the function's batch is. */
const SQS_BATCH = 10;

export interface Messages {
  readonly messages: number;
  readonly octets: number;
}

/** What a run reads of the ledger when the listing is not what it was. */
export function readsOfRecords(records: number, { tableOctetsPerMessage }: Assumptions): number {
  return (records * tableOctetsPerMessage) / OCTETS_OF_READ_UNIT;
}

/**
 * Stored, recorded, parsed and entered into the catalog; the time of fetching them is not in it.
 * @param parseBatches invocations of the parser, each of which writes a file of the catalog
 */
export function useOfMessages(
  { messages, octets }: Messages,
  parseBatches: number,
  assumptions: Assumptions,
): Quantities {
  const { attachmentsPerMessage, s3Ms, parseMs, parseOctetsPerSecond, logOctets } = assumptions;
  // While one waits for S3 another is parsed.
  const eachMs = Math.max(parseMs, (s3Ms + parseMs) / PARSES_AT_ONCE);
  const parseSeconds = (messages * eachMs) / 1000 + octets / parseOctetsPerSecond;
  return used({
    // The raw object and the document.
    'S3 PUT and LIST': messages * (2 + attachmentsPerMessage) + parseBatches,
    'S3 GET and HEAD': messages,
    'DynamoDB write units': messages,
    // S3 tells of each object by itself, and the queue's owner pays.
    'SQS requests': messages + 2 * Math.max(parseBatches, messages / SQS_BATCH),
    'GB-seconds of parse': gbSeconds('parse', parseSeconds),
    invocations: parseBatches,
    'gigabytes of logs': (parseBatches * logOctets) / 1e9,
  });
}

/** Full ones. */
export function parseBatchesOf(messages: number): number {
  return Math.ceil(messages / PARSE_BATCH);
}

/** Each object is looked at again, and its record marked before DELE and after QUIT. */
export function useOfDeletions(messages: number): Quantities {
  return used({ 'S3 GET and HEAD': messages, 'DynamoDB write units': 2 * messages });
}
