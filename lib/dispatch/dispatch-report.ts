// What a tick of the dispatcher says of itself: counts, and what went wrong without ending it. No account's name.

import type { Schedule } from '../core/schedule.ts';

/** What a tick did. The counts are of the accounts whose slot was due, but for `sent` and `retried`. */
export interface DispatchReport {
  readonly minute: number;
  /** `saved` · `stale` another dispatcher was faster, and does what is left · `nothing` the minute was dispatched before. */
  readonly outcome: 'saved' | 'stale' | 'nothing';
  /** Minutes without a tick that were made up for. */
  readonly lateMinutes: number;
  /** Minutes too long ago for that. */
  readonly missedMinutes: number;
  readonly slots: number;
  readonly due: number;
  /** Polls of all kinds. */
  readonly sent: number;
  /** Polls of accounts whose back-off was over, whatever their schedule. */
  readonly retried: number;
  /** Backed off after failures. */
  readonly waiting: number;
  readonly suspended: number;
  readonly stale: number;
  /** Of the account that has gone longest without success; 0 if none was due. */
  readonly oldestSuccessAgeMs: number;
  /** Schedules whose times cannot be told: their accounts are not polled. */
  readonly unusable: readonly Schedule[];
  /** Accounts that were passed over, because what the directory shows of them cannot be read; and what is wrong with the first. */
  readonly unreadable: number;
  readonly unreadableFailure: unknown;
  /** Why not everybody was told of stale accounts; they are told of again the next day. */
  readonly eventsFailure: unknown;
}

/** What is counted account by account, before the first. */
export const NO_ACCOUNTS = {
  due: 0,
  retried: 0,
  waiting: 0,
  suspended: 0,
  stale: 0,
  oldestSuccessAgeMs: 0,
  unreadable: 0,
  unreadableFailure: undefined as unknown,
};
