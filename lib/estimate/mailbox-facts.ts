// What is known of a mailbox before anything is fetched from it. Pure: the listing and the account's rules in, numbers out.

import type { Account } from '../core/account.ts';
import type { Arrivals } from './arrivals.ts';
import { pollsPerMonth } from './polls-per-month.ts';

export interface MailboxFacts {
  /** To be fetched: without those that a rule of the account leaves on the server. */
  readonly messages: number;
  readonly octets: number;
  /** Larger than `limits.messageBytes`. */
  readonly skippedMessages: number;
  readonly pollsPerMonth: number;
  /** Several messages may be under way at once. */
  readonly isPipelined: boolean;
  /** Messages are deleted on the server in the end. */
  readonly deletes: boolean;
  /** What one run may fetch. */
  readonly runMessages: number | undefined;
  readonly runOctets: number | undefined;
  /** Measured; `undefined` where no runs tell. */
  readonly arrivals: Arrivals | undefined;
}

/** What the server said. */
export interface AskedMaildrop {
  readonly messages: number;
  readonly octets: number;
  /** Of each message; none where LIST was refused, and STAT alone tells. */
  readonly sizes: readonly number[];
  readonly announcesPipelining: boolean;
}

export function toMailboxFacts(
  account: Pick<Account, 'limits' | 'onServer' | 'pauseDeletions' | 'pipelining' | 'schedule' | 'paused'>,
  asked: AskedMaildrop,
  arrivals: Arrivals | undefined,
): MailboxFacts {
  const { limits, onServer, pauseDeletions, pipelining, schedule, paused } = account;
  const most = limits.messageOctets ?? Infinity;
  const tooLarge = asked.sizes.filter((octets) => octets > most);
  return {
    messages: asked.messages - tooLarge.length,
    octets: tooLarge.reduce((rest, octets) => rest - octets, asked.octets),
    skippedMessages: tooLarge.length,
    pollsPerMonth: paused ? 0 : pollsPerMonth(schedule),
    isPipelined: pipelining === 'always' || (pipelining === 'auto' && asked.announcesPipelining),
    deletes: onServer !== 'keep' && !pauseDeletions,
    runMessages: limits.runMessages,
    runOctets: limits.runOctets,
    arrivals,
  };
}

export interface StatedMail {
  /** Of all mailboxes together. */
  readonly messages: number;
  readonly octets: number;
  readonly everyMinutes: number;
}

/** Mailboxes of which only the sum is known, as large as each other. */
export function alikeMailboxes(
  count: number,
  { messages, octets, everyMinutes }: StatedMail,
): readonly MailboxFacts[] {
  const one: MailboxFacts = {
    messages: messages / count,
    octets: octets / count,
    skippedMessages: 0,
    pollsPerMonth: pollsPerMonth({ everyMinutes }),
    isPipelined: true,
    deletes: false,
    runMessages: undefined,
    runOctets: undefined,
    arrivals: undefined,
  };
  return Array.from({ length: count }, () => one);
}
