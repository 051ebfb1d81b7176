// What Mailferry tells others: CloudEvents 1.0 in EventBridge's envelope. Ids, hashes, sizes and counts; never an address, a
// subject, a file name or a UIDL in the clear. A format other programs rely on: changes only add.

import type { AccountId } from './account.ts';
import type { Sha256 } from './record.ts';
import type { RunCounts } from './run-counts.ts';
import type { RunOutcome } from './run-record.ts';

interface EventOf<Type extends string, Data> {
  readonly specversion: '1.0';
  /** The same for the same happening: whoever gets it twice can tell. */
  readonly id: string;
  /** `mailferry/<account>`. */
  readonly source: string;
  readonly type: Type;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Data;
}

interface OfAccount {
  readonly account: AccountId;
}

interface OfRun extends OfAccount {
  readonly runId: string;
}

/** A message by what it is called everywhere: its octets. */
interface OfMessage extends OfAccount {
  readonly sha256: Sha256;
  /** Octets of the raw message. */
  readonly size: number;
  readonly rawKey: string;
}

export type MessageStored = EventOf<'mailferry.message.stored', OfMessage>;

/** `failed`: the document says why the message could not be parsed. */
export type MessageParsed = EventOf<
  'mailferry.message.parsed',
  OfMessage & { readonly parsedKey: string; readonly outcome: 'parsed' | 'failed' }
>;

/** `uidlHash`: base64url of the SHA-256 of the UIDL's octets. */
export type MessageQuarantined = EventOf<
  'mailferry.message.quarantined',
  OfRun & { readonly uidlHash: string }
>;

export type MessageDeleted = EventOf<
  'mailferry.message.deleted',
  OfRun & { readonly sha256: Sha256; readonly uidlHash: string }
>;

/** `nextAttemptAt`: ISO 8601, UTC. */
export type AccountAuthFailed = EventOf<
  'mailferry.account.auth-failed',
  OfRun & { readonly nextAttemptAt: string | null }
>;

/** `lastSuccessAt`: ISO 8601, UTC; `null` if it never succeeded. */
export type AccountStale = EventOf<
  'mailferry.account.stale',
  OfAccount & { readonly lastSuccessAt: string | null }
>;

export type AccountUidlTurnover = EventOf<'mailferry.account.uidl-turnover', OfRun>;

export type RunCompleted = EventOf<
  'mailferry.run.completed',
  OfRun & {
    readonly outcome: RunOutcome;
    readonly startedAt: string;
    readonly endedAt: string;
    readonly counts: RunCounts;
    readonly octets: number;
    /** Codes, each once. */
    readonly errors: readonly string[];
    readonly notices: readonly string[];
  }
>;

export type FerryEvent =
  | MessageStored
  | MessageParsed
  | MessageQuarantined
  | MessageDeleted
  | AccountAuthFailed
  | AccountStale
  | AccountUidlTurnover
  | RunCompleted;

type EventOfType<Type extends FerryEvent['type']> = Extract<FerryEvent, { readonly type: Type }>;

/** @param happened epoch milliseconds; `id` see `EventOf` */
export function toEvent<Type extends FerryEvent['type']>(
  type: Type,
  id: string,
  happened: number,
  data: EventOfType<Type>['data'],
): EventOfType<Type> {
  return {
    specversion: '1.0',
    id,
    source: `mailferry/${data.account}`,
    type,
    time: new Date(happened).toISOString(),
    datacontenttype: 'application/json',
    data,
  } as EventOfType<Type>;
}
