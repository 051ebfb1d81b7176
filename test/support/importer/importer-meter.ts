// What a whole importer uses, as AWS would bill it: requests counted where they pass, units as DynamoDB names them, and the time
// of the functions as it would be where they have the part of a processor that Lambda gives them, and nothing else runs.

import type { Quantities } from '../../../lib/estimate/aws-prices.ts';
import { used } from '../../../lib/estimate/aws-prices.ts';
import type { InvocationReport } from '../lambda/lambda-spec.ts';
import type { ImporterRig } from './importer-rig.ts';
import type { FunctionName } from './importer-stack.ts';

/** Lambda gives a whole processor to a function of so much memory, and less in proportion. */
const WHOLE_PROCESSOR_MB = 1769;
/** Of the invocations, so many waited less than this one: what the others waited longer is this machine's doing. */
const QUIET_SHARE = 1 / 10;
const FEW = 10;
/** What Lambda writes itself into the log of each invocation: START, END and REPORT. */
const LAMBDA_LOG_OCTETS = 350;
/** Messages in one answer or call of SQS, however large the batch that a function gets. */
const SQS_BATCH = 10;
const FUNCTIONS: readonly FunctionName[] = ['dispatch', 'poll', 'drain', 'parse'];

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

  take(): Quantities {
    const { functions, servers } = this.#rig;
    const [before, now] = [this.#before, totals(this.#rig)];
    this.#before = now;
    const since = (name: keyof Totals): number => now[name] - before[name];
    const s3 = servers.s3.seen.slice(before.s3Requests);
    const s3Writes = s3.filter(({ method, url }) => method === 'PUT' || url.includes('list-type=2')).length;
    const { requests, readUnits, writeUnits } = servers.meter.take();
    const sends = Object.values(servers.sqs.takeCounts()).reduce((sum, count) => sum + count, 0);
    const others = servers.others.takeCounts();
    const reports = FUNCTIONS.map((name) => functions[name].usage.takeReports());
    const invocations = reports.flat().length;
    const gbSeconds = (name: FunctionName): number =>
      quietGbSeconds(reports[FUNCTIONS.indexOf(name)] ?? [], functions[name].spec.memoryMb);
    return used({
      'GB-seconds of dispatch': gbSeconds('dispatch'),
      'GB-seconds of poll': gbSeconds('poll'),
      'GB-seconds of drain': gbSeconds('drain'),
      'GB-seconds of parse': gbSeconds('parse'),
      invocations,
      // Each change of an account's item may be one of its entry in the index, which the server here does not count.
      'DynamoDB write units': writeUnits + (requests['UpdateItem'] ?? 0),
      'DynamoDB read units': readUnits,
      'S3 PUT and LIST': s3Writes,
      'S3 GET and HEAD': s3.length - s3Writes,
      // S3's own messages are the queue's owner's to pay. Of many, as here, Lambda receives and deletes as many as can be at once.
      'SQS requests': since('notifications') + (2 * since('parseMessages')) / SQS_BATCH,
      'SQS FIFO requests': sends + since('fifoCalls'),
      'ticks of Scheduler': since('minutes'),
      'EventBridge events': others['PutEvents'] ?? 0,
      'reads of a secret': others['GetSecretValue'] ?? 0,
      'gigabytes of logs': (since('logOctets') + invocations * LAMBDA_LOG_OCTETS) / 1e9,
    });
  }
}

interface Totals {
  readonly s3Requests: number;
  readonly notifications: number;
  readonly parseMessages: number;
  readonly fifoCalls: number;
  readonly logOctets: number;
  readonly minutes: number;
}

function totals({ servers, sources, notifications, functions, tick }: ImporterRig): Totals {
  return {
    s3Requests: servers.s3.seen.length,
    notifications: notifications.told,
    parseMessages: sources.parse.counts.messages,
    fifoCalls: sources.poll.counts.calls + sources.drain.counts.calls,
    logOctets: Object.values(functions).reduce((sum, { log }) => sum + log.octets, 0),
    minutes: tick.minutes,
  };
}

function quietGbSeconds(reports: readonly InvocationReport[], memoryMb: number): number {
  if (reports.length === 0) return 0;
  const waits = reports.map(waitedMs).toSorted((a, b) => a - b);
  // Of few, each has its own work to wait for.
  const quietMs =
    reports.length < FEW
      ? waits.reduce((sum, wait) => sum + wait, 0)
      : (waits[Math.floor(waits.length * QUIET_SHARE)] ?? 0) * reports.length;
  const computedMs = reports.reduce((sum, { processorMs }) => sum + processorMs, 0);
  // It had a whole processor here: Lambda gives a part, and what it computes takes as much longer.
  const slower = Math.max(1, WHOLE_PROCESSOR_MB / memoryMb);
  return ((quietMs + computedMs * slower) * memoryMb) / 1024 / 1000;
}

function waitedMs({ initMs, durationMs, processorMs }: InvocationReport): number {
  return Math.max(0, initMs + durationMs - processorMs);
}
