// What the queues between the functions carry. Small, versioned by its kind, and without any secret or any mail.

import type { AccountId } from '../lib/core/account.ts';
import { ACCOUNT_ID_PATTERN } from '../lib/core/account.ts';

/** Look whether the account has anything new. */
export interface PollMessage {
  readonly kind: 'poll';
  readonly account: AccountId;
  /** Minute of Unix time it was due at. */
  readonly tick: number;
}

/** Run one slice of a drain (see lib/core/drain.ts). */
export interface DrainMessage {
  readonly kind: 'drain';
  readonly account: AccountId;
  readonly id: string;
  readonly slice: number;
}

export type FetchMessage = PollMessage | DrainMessage;

/** @returns `undefined` for anything else than a message as `JSON.stringify` wrote it */
export function parseFetchMessage(body: string): FetchMessage | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const { kind, account, tick, id, slice } = json as Record<string, unknown>;
  if (typeof account !== 'string' || !ACCOUNT_ID_PATTERN.test(account)) return undefined;
  const named = { account: account as AccountId };
  if (kind === 'poll' && Number.isSafeInteger(tick)) return { kind, ...named, tick: Number(tick) };
  if (kind === 'drain' && typeof id === 'string' && Number.isSafeInteger(slice)) {
    return { kind, ...named, id, slice: Number(slice) };
  }
  return undefined;
}
