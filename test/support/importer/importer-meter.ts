// What a whole importer uses, as AWS would bill it: requests counted where they pass, units as DynamoDB names them, time of the
// functions as it was, or as it would have been where nothing else runs.

import type { InvocationReport } from '../lambda/lambda-spec.ts';
import type { BillLine } from '../aws-prices.ts';
import { PRICES } from '../aws-prices.ts';
import type { Metered } from '../dynamodb-meter.ts';
import type { ImporterRig } from './importer-rig.ts';
import type { FunctionName } from './importer-stack.ts';

export interface FunctionUse {
  readonly invocations: number;
  /** By the time they took, with all that this machine did beside. */
  readonly gbSeconds: number;
  /** By the time a typical quick one took. */
  readonly quietGbSeconds: number;
}

export interface ImporterUse {
  readonly functions: Readonly<Record<FunctionName, FunctionUse>>;
  readonly dynamodb: Metered;
  readonly s3Writes: number;
  readonly s3Reads: number;
  /** Messages from S3 to the parse queue, among `sqsRequests`. */
  readonly notifications: number;
  readonly sqsRequests: number;
  readonly sqsFifoRequests: number;
  readonly secretReads: number;
  readonly events: number;
  readonly logOctets: number;
}

/** Lambda gives a whole processor to a function of so much memory, and less in proportion. */
const WHOLE_PROCESSOR_MB = 1769;
/** Of the invocations, the quickest: what the others took longer is this machine's doing. */
const QUIET_SHARE = 1 / 4;
/** What Lambda writes itself into the log of each invocation: START, END and REPORT. */
const LAMBDA_LOG_OCTETS = 350;

/** Counts from its making on, and again after each `take`. */
export class ImporterMeter {
  readonly #rig: ImporterRig;
  #before: Totals;

  constructor(rig: ImporterRig) {
    this.#rig = rig;
    this.#before = totals(rig);
    // What was used until now is nobody's.
    this.take();
  }

  take(): ImporterUse {
    const { functions, servers } = this.#rig;
    const now = totals(this.#rig);
    const before = this.#before;
    this.#before = now;
    const fresh = servers.s3.seen.slice(before.s3Requests);
    const sent = servers.sqs.takeCounts();
    const others = servers.others.takeCounts();
    const use = Object.fromEntries(
      Object.entries(functions).map(([name, { usage, spec }]) => [
        name,
        useOf(usage.takeReports(), spec.memoryMb),
      ]),
    ) as Record<FunctionName, FunctionUse>;
    const invocations = Object.values(use).reduce((sum, { invocations }) => sum + invocations, 0);
    const notifications = now.notifications - before.notifications;
    return {
      functions: use,
      dynamodb: servers.meter.take(),
      s3Writes: fresh.filter(({ method, url }) => method === 'PUT' || url.includes('list-type=2')).length,
      s3Reads: fresh.filter(({ method, url }) => method !== 'PUT' && !url.includes('list-type=2')).length,
      notifications,
      sqsRequests: notifications + now.parseCalls - before.parseCalls,
      sqsFifoRequests: sumOf(sent) + now.fifoCalls - before.fifoCalls,
      secretReads: others['GetSecretValue'] ?? 0,
      events: others['PutEvents'] ?? 0,
      logOctets: now.logOctets - before.logOctets + invocations * LAMBDA_LOG_OCTETS,
    };
  }
}

interface Totals {
  readonly s3Requests: number;
  readonly notifications: number;
  readonly parseCalls: number;
  readonly fifoCalls: number;
  readonly logOctets: number;
}

function totals({ servers, sources, notifications, functions }: ImporterRig): Totals {
  return {
    s3Requests: servers.s3.seen.length,
    notifications: notifications.told,
    parseCalls: sources.parse.counts.calls,
    fifoCalls: sources.poll.counts.calls + sources.drain.counts.calls,
    logOctets: Object.values(functions).reduce((sum, { log }) => sum + log.octets, 0),
  };
}

function useOf(reports: readonly InvocationReport[], memoryMb: number): FunctionUse {
  const times = reports.map((report) => billedMs(report, memoryMb)).toSorted((a, b) => a - b);
  const gb = memoryMb / 1024;
  const quiet = times[Math.floor(times.length * QUIET_SHARE)] ?? 0;
  return {
    invocations: reports.length,
    gbSeconds: (gb * times.reduce((sum, time) => sum + time, 0)) / 1000,
    quietGbSeconds: (gb * quiet * reports.length) / 1000,
  };
}

/** It had a whole processor here: where it computed it would have taken as much longer as its share is smaller. */
function billedMs({ initMs, durationMs, processorMs }: InvocationReport, memoryMb: number): number {
  const slower = Math.max(1, WHOLE_PROCESSOR_MB / memoryMb);
  return Math.ceil(initMs + durationMs + processorMs * (slower - 1));
}

/** @param times the use so often */
export function billOf(use: ImporterUse, times: number, how: 'gbSeconds' | 'quietGbSeconds'): BillLine[] {
  const line = (what: string, count: number, unitPrice: number): BillLine => ({
    what,
    count: count * times,
    unitPrice,
  });
  return [
    ...Object.entries(use.functions).flatMap(([name, of]) => [
      line(`GB-seconds of ${name}`, of[how], PRICES.lambdaGbSecond),
      line(`invocations of ${name}`, of.invocations, PRICES.lambdaRequest),
    ]),
    line('DynamoDB read units', use.dynamodb.readUnits, PRICES.dynamodbReadUnit),
    line('DynamoDB write units', use.dynamodb.writeUnits, PRICES.dynamodbWriteUnit),
    // Each change of an account's item may be one of its entry in the index, which the server here does not count.
    line(
      'DynamoDB write units of the index',
      use.dynamodb.requests['UpdateItem'] ?? 0,
      PRICES.dynamodbWriteUnit,
    ),
    line('S3 PUT and LIST', use.s3Writes, PRICES.s3Write),
    line('S3 GET and HEAD', use.s3Reads, PRICES.s3Read),
    line('SQS requests', use.sqsRequests, PRICES.sqsRequest),
    line('SQS FIFO requests', use.sqsFifoRequests, PRICES.sqsFifoRequest),
    line('reads of the secret', use.secretReads, PRICES.secretRead),
    line('EventBridge calls', use.events, PRICES.eventBridgeEvent),
    line('gigabytes of logs', use.logOctets / 1e9, PRICES.logGigabyte),
  ];
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
