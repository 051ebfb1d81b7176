// The answer to STAT (RFC 1939 section 5). Pure.

import { MailferryError } from '../errors.ts';
import type { Reply } from './reply.ts';

export interface MaildropSize {
  readonly messages: number;
  /** As the server counts them; negative and absurd numbers were seen, and become `undefined`. */
  readonly octets: number | undefined;
}

/**
 * Whatever comes after the two numbers is ignored.
 * @throws POP3_PROTOCOL without a number of messages: that must never be taken for an empty maildrop
 */
export function parseStat({ said, text }: Pick<Reply, 'said' | 'text'>): MaildropSize {
  const match = /^\s*(\d{1,15})(?:\s+(\d{1,15})(?!\S)|\s|$)/.exec(said);
  if (match?.[1] === undefined) {
    throw new MailferryError(`STAT: expected the number of messages and their octets, got "${text}"`, {
      code: 'POP3_PROTOCOL',
      scope: 'session',
      retryable: true,
    });
  }
  return {
    messages: Number(match[1]),
    octets: match[2] === undefined ? undefined : Number(match[2]),
  };
}
