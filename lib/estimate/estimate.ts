// From what is known of mailboxes to what AWS would charge for them. Pure.

import type { Assumptions } from './assumptions.ts';
import { dollars, sumOf } from './aws-prices.ts';
import type { Quantities } from './aws-prices.ts';
import { estimateFirstImport } from './first-import.ts';
import type { FirstImport } from './first-import.ts';
import type { MailboxFacts } from './mailbox-facts.ts';
import { estimateMonth } from './month.ts';
import type { Month, NewMail } from './month.ts';

export interface Estimate {
  readonly mailboxes: readonly MailboxFacts[];
  readonly firstImport: FirstImport;
  readonly month: Month;
  /** Where the figures of new mail come from: the weakest of them. */
  readonly newMailSource: NewMail['source'];
  readonly assumptions: Assumptions;
}

/** @param newMailStated messages a month of all mailboxes together; `undefined`: as measured, else assumed */
export function estimate(
  mailboxes: readonly MailboxFacts[],
  newMailStated: number | undefined,
  assumptions: Assumptions,
): Estimate {
  const newMail = mailboxes.map((facts) => newMailOf(facts, newMailStated, mailboxes, assumptions));
  const sources = (['assumed', 'measured', 'stated'] as const).filter((source) =>
    newMail.some((mail) => mail.source === source),
  );
  return {
    mailboxes,
    firstImport: estimateFirstImport(mailboxes, assumptions),
    month: estimateMonth(mailboxes, newMail, assumptions),
    newMailSource: sources[0] ?? 'assumed',
    assumptions,
  };
}

/** All that a month costs. */
export function billOf({ standing, polling, newMail, storage }: Month): Quantities {
  return sumOf([standing, polling, newMail, storage]);
}

export function dollarsOf(month: Month): number {
  return dollars(billOf(month));
}

function newMailOf(
  facts: MailboxFacts,
  stated: number | undefined,
  all: readonly MailboxFacts[],
  { octetsPerMessage, monthsOfMail }: Assumptions,
): NewMail {
  const { messages, octets, arrivals } = facts;
  const octetsOfOne = messages === 0 ? octetsPerMessage : octets / messages;
  const alike = (count: number): NewMail => ({
    messages: count,
    octets: count * octetsOfOne,
    source: stated === undefined ? 'assumed' : 'stated',
  });
  if (stated !== undefined) return alike(stated / all.length);
  if (arrivals === undefined) return alike(messages / monthsOfMail);
  return { messages: arrivals.messagesPerMonth, octets: arrivals.octetsPerMonth, source: 'measured' };
}
