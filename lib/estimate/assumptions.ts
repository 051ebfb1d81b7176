// Everything an estimate takes for granted, by name: what it is, where it comes from. Each is printed with the estimate and can
// be set by whoever knows better.

import { PIPELINED } from '../core/pop3/retrieval-window.ts';

export interface Assumption {
  readonly default: number;
  /** What one of it is, and why this number. */
  readonly why: string;
}

const TABLE = {
  rttMs: { default: 100, why: 'ms from the functions to the mail server and back' },
  lineOctetsPerSecond: { default: 10_000_000, why: 'octets a second that a mail server sends' },
  pipelinedMessages: {
    default: PIPELINED.messages,
    why: 'messages under way at once, where the server has PIPELINING',
  },
  storeMs: { default: 10, why: 'ms of a drain for each message, beside waiting; measured' },
  pollRoundTrips: { default: 10, why: 'round trips of a poll: TCP, TLS, login, list, QUIT' },
  pollMs: { default: 20, why: 'ms of computing for each poll; measured' },
  s3Ms: { default: 50, why: 'ms that S3 takes to give a message and to take its document' },
  parseMs: { default: 8, why: 'ms of the parser for each message, beside S3; measured' },
  parseOctetsPerSecond: { default: 20_000_000, why: 'octets of mail that are parsed in a second' },
  attachmentsPerMessage: { default: 0.3, why: 'attachments that no other message has, an object each' },
  derivedShare: { default: 1, why: 'octets of documents and attachments for each octet of mail' },
  octetsPerMessage: { default: 75_000, why: 'octets of a message, where no mail tells' },
  monthsOfMail: { default: 24, why: 'months that the mail there is came in, where no run tells' },
  tableOctetsPerMessage: { default: 500, why: 'octets of a record in the table' },
  logOctets: { default: 900, why: 'octets of log for each invocation; measured' },
  alarms: { default: 26, why: 'metrics that alarms watch; 0 without alarms' },
  metrics: { default: 24, why: 'metrics of our own: 8 always, 24 at most' },
  dashboards: { default: 1, why: 'dashboards' },
  secrets: { default: 1, why: 'secrets in Secrets Manager; parameters cost nothing' },
} as const satisfies Readonly<Record<string, Assumption>>;

export type AssumptionName = keyof typeof TABLE;
export type Assumptions = Readonly<Record<AssumptionName, number>>;

export const ASSUMPTIONS: Readonly<Record<AssumptionName, Assumption>> = TABLE;
export const ASSUMPTION_NAMES = Object.keys(TABLE) as readonly AssumptionName[];

/** @param changed takes the place of the default */
export function assume(changed: Partial<Assumptions> = {}): Assumptions {
  return Object.fromEntries(
    ASSUMPTION_NAMES.map((name) => [name, changed[name] ?? TABLE[name].default]),
  ) as Record<AssumptionName, number>;
}

export function isAssumption(name: string): name is AssumptionName {
  return Object.hasOwn(TABLE, name);
}
