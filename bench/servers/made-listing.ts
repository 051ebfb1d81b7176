// A listing of any length that needs no messages: what UIDL and LIST say of message n.

import { createHash } from 'node:crypto';

/** Sixteen digits, as most servers have them, in no order. @param number from 1 */
export function madeUidl(number: number): string {
  return createHash('sha256').update(`uidl ${number}`).digest('hex').slice(0, 16);
}

export function listedOctets(number: number): number {
  return 500 + ((number * 7919) % 4000);
}
