// A mailbox to estimate for: ordinary in everything that a test does not name.

import type { MailboxFacts } from '../../lib/estimate/mailbox-facts.ts';

export function mailbox(facts: Partial<MailboxFacts> = {}): MailboxFacts {
  return {
    messages: 10_000,
    octets: 200_000_000,
    skippedMessages: 0,
    pollsPerMonth: 2920,
    isPipelined: true,
    deletes: false,
    runMessages: undefined,
    runOctets: undefined,
    arrivals: undefined,
    ...facts,
  };
}
