// What the functions are told by their environment: the one place that knows the variables' names. The stack writes them,
// `read*Settings` read them, and both say the same because the names are typed. Never a secret: those are references.

import { MailferryError } from '../lib/core/errors.ts';

/** Values are text; all are there for the function named, unless it says "optional". */
export const VARIABLES = {
  /** All functions but parse: the ledger's table. */
  table: 'MAILFERRY_TABLE',
  /** fetch, parse. */
  rawBucket: 'MAILFERRY_RAW_BUCKET',
  /** parse. */
  derivedBucket: 'MAILFERRY_DERIVED_BUCKET',
  /** dispatch: URL of the FIFO queue of polls. */
  pollQueueUrl: 'MAILFERRY_POLL_QUEUE_URL',
  /** fetch: URL of the FIFO queue of drains. */
  drainQueueUrl: 'MAILFERRY_DRAIN_QUEUE_URL',
  /** fetch, parse, dispatch: optional name of the event bus; without it no event is published. */
  eventBus: 'MAILFERRY_EVENT_BUS',
  /** parse: optional, `yes`: an event for every message too. */
  messageEvents: 'MAILFERRY_MESSAGE_EVENTS',
  /** parse: optional, `none`: no rows for the catalog. */
  catalog: 'MAILFERRY_CATALOG',
  /** dispatch: an account without success for so many hours is stale. */
  staleHours: 'MAILFERRY_STALE_HOURS',
  /** fetch: kept back from the time an invocation has, for the message under way, deletions, QUIT and the books: seconds. */
  reserveSeconds: 'MAILFERRY_RESERVE_SECONDS',
} as const;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface DispatchSettings {
  readonly table: string;
  readonly pollQueueUrl: string;
  readonly eventBus: string | undefined;
  readonly staleMs: number;
}

export interface FetchSettings {
  readonly table: string;
  readonly rawBucket: string;
  readonly drainQueueUrl: string;
  readonly eventBus: string | undefined;
  readonly reserveMs: number;
}

export interface ParseSettings {
  readonly rawBucket: string;
  readonly derivedBucket: string;
  readonly eventBus: string | undefined;
  readonly publishesMessages: boolean;
  readonly writesCatalog: boolean;
}

export interface AccountsSettings {
  readonly table: string;
}

/** @throws CONFIG_INVALID */
export function readAccountsSettings(environment: Environment): AccountsSettings {
  return { table: needed(environment, VARIABLES.table) };
}

/** @throws CONFIG_INVALID */
export function readDispatchSettings(environment: Environment): DispatchSettings {
  return {
    table: needed(environment, VARIABLES.table),
    pollQueueUrl: needed(environment, VARIABLES.pollQueueUrl),
    eventBus: optional(environment, VARIABLES.eventBus),
    staleMs: positive(environment, VARIABLES.staleHours) * 60 * 60 * 1000,
  };
}

/** @throws CONFIG_INVALID */
export function readFetchSettings(environment: Environment): FetchSettings {
  return {
    table: needed(environment, VARIABLES.table),
    rawBucket: needed(environment, VARIABLES.rawBucket),
    drainQueueUrl: needed(environment, VARIABLES.drainQueueUrl),
    eventBus: optional(environment, VARIABLES.eventBus),
    reserveMs: positive(environment, VARIABLES.reserveSeconds) * 1000,
  };
}

/** @throws CONFIG_INVALID */
export function readParseSettings(environment: Environment): ParseSettings {
  return {
    rawBucket: needed(environment, VARIABLES.rawBucket),
    derivedBucket: needed(environment, VARIABLES.derivedBucket),
    eventBus: optional(environment, VARIABLES.eventBus),
    publishesMessages: optional(environment, VARIABLES.messageEvents) === 'yes',
    writesCatalog: optional(environment, VARIABLES.catalog) !== 'none',
  };
}

function optional(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === '' ? undefined : value;
}

function needed(environment: Environment, name: string): string {
  return optional(environment, name) ?? invalid(name, 'is not set', 'a value');
}

function positive(environment: Environment, name: string): number {
  const text = needed(environment, name);
  const value = Number(text);
  return value > 0 && Number.isFinite(value) ? value : invalid(name, `is ${text}`, 'a number above 0');
}

function invalid(name: string, what: string, allowed: string): never {
  throw new MailferryError(`the environment variable ${name} ${what}, and ${allowed} is needed`, {
    code: 'CONFIG_INVALID',
    scope: 'config',
    retryable: false,
    hint: 'the stack sets it: deploy it again, and change nothing of the function by hand',
  });
}
