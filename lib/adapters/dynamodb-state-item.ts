// The one item of an account: its lease, its fence, and what its last run left behind.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { AccountId } from '../core/account.ts';
import { NEW_ACCOUNT_STATE } from '../core/account-state.ts';
import type { AccountProgress, AccountState } from '../core/account-state.ts';
import type { LeaseHold, WithoutLease } from '../ports/ledger.ts';
import {
  number,
  readFlag,
  readJson,
  readNumber,
  readNumberIfAny,
  readText,
  text,
} from './dynamodb-attributes.ts';
import type { Item } from './dynamodb-attributes.ts';
import type { Condition } from './dynamodb-expressions.ts';

/** Of the state and the runs of an account. */
export function accountPartition(account: AccountId): string {
  return `A#${account}`;
}

export function stateKey(account: AccountId): Item {
  return { pk: text(accountPartition(account)), sk: text('STATE') };
}

/** The lease is this run's, expired or not: nobody else has had it since. */
export function ifHeldBy(hold: Pick<LeaseHold, 'owner' | 'fence'>): Required<Condition> {
  return {
    condition: '#leaseOwner = :owner AND #fence = :fence',
    values: { ':owner': text(hold.owner), ':fence': number(hold.fence) },
  };
}

/** @param now epoch milliseconds: a lease that ends now has ended */
export function ifFree(now: number): Required<Condition> {
  return {
    condition: 'attribute_not_exists(#leaseOwner) OR #leaseExpiresAt <= :now',
    values: { ':now': number(now) },
  };
}

/** Nobody was given the lease since. */
export function ifNoneSince({ sinceFence }: WithoutLease): Required<Condition> {
  const isNone = sinceFence === 0 ? 'attribute_not_exists(#fence) OR ' : '';
  return { condition: `${isNone}#fence = :since`, values: { ':since': number(sinceFence) } };
}

/**
 * Of the progress, the last run is still the one that was read, or the one that writes now: its first try may have been written
 * while the answer was lost. A run's name stands nowhere else in that text.
 */
export function ifLastRun({ sinceRun }: WithoutLease, runId: string): Required<Condition> {
  const isOurs = 'contains(#progress, :lastRun)';
  const was = sinceRun === undefined ? 'attribute_not_exists(#progress)' : 'contains(#progress, :sinceRun)';
  return {
    condition: `${was} OR ${isOurs}`,
    values: {
      ':lastRun': text(lastRunIn(runId)),
      ...(sinceRun !== undefined && { ':sinceRun': text(lastRunIn(sinceRun)) }),
    },
  };
}

function lastRunIn(runId: string): string {
  return JSON.stringify({ lastRunId: runId }).slice(1, -1);
}

export function toLease(item: Item): AccountState['lease'] {
  if (item['leaseOwner'] === undefined) return undefined;
  return { owner: readText(item, 'leaseOwner'), expiresAt: readNumber(item, 'leaseExpiresAt') };
}

export function toState(item: Item | undefined): AccountState {
  if (item === undefined) return NEW_ACCOUNT_STATE;
  return {
    progress: item['progress'] === undefined ? undefined : toProgress(readJson(item, 'progress')),
    deletionsUnsettled: readFlag(item, 'deletionsUnsettled'),
    fence: readNumberIfAny(item, 'fence') ?? 0,
    lease: toLease(item),
  };
}

/** Of the index of back-offs: all that have one are in it, in the order in which they end. */
export const RETRY_PARTITION = 'retry';

/** One text, and beside it what the indexes show of it: always written together, so that they never disagree. */
export function progressAttributes(
  progress: AccountProgress,
): Readonly<Record<string, AttributeValue | undefined>> {
  const { nextAttemptAt, lastSuccessAt, suspendedFor } = progress;
  return {
    progress: text(JSON.stringify(progress)),
    notBefore: nextAttemptAt === undefined ? undefined : number(nextAttemptAt),
    retry: nextAttemptAt === undefined ? undefined : text(RETRY_PARTITION),
    lastSuccessAt: lastSuccessAt === undefined ? undefined : number(lastSuccessAt),
    suspendedFor: suspendedFor === undefined ? undefined : text(suspendedFor),
  };
}

/** JSON leaves out what is undefined. */
function toProgress(json: unknown): AccountProgress {
  const progress = json as AccountProgress;
  const { lastSuccessAt, nextAttemptAt, lastListing, suspendedFor, settled } = progress;
  return { ...progress, lastSuccessAt, nextAttemptAt, lastListing, suspendedFor, settled };
}
