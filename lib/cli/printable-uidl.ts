// A UIDL as people and scripts can see, copy and give back: one word of printable ASCII, and no octet lost on the way.
// The only place that knows this form.

import { fromUidl, toUidl } from '../core/uidl.ts';
import type { Uidl } from '../core/uidl.ts';

/** Every octet but visible ASCII becomes `\xHH`; so do the backslash itself and the space. Quote it for a shell. */
export function toPrintableUidl(uidl: Uidl): string {
  return uidl.replaceAll(
    /[^\x21-\x5b\x5d-\x7e]/g,
    (octet) => `\\x${octet.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** The inverse. What is not escaped stands for itself, in UTF-8: a UIDL may also be given as it is. */
export function fromPrintableUidl(text: string): Uidl {
  const parts = text.split(/\\x([0-9a-f]{2})/i);
  // Odd parts are what the group found.
  const octets = parts.map((part, index) => Buffer.from(part, index % 2 === 1 ? 'hex' : 'utf8'));
  return toUidl(Buffer.concat(octets));
}

/** For a place where a UIDL is expected: one that is empty is said to be none. */
export function describeUidl(uidl: Uidl): string {
  return fromUidl(uidl).length === 0 ? '(none)' : toPrintableUidl(uidl);
}
