// Address headers as a flat list of mailboxes. Group names are dropped; domains stay as written (no IDN conversion).

import { parseAddressHeader } from 'mailparser';
import type { EmailAddress } from '../core/message/document.ts';
import type { Problem } from '../core/message/problems.ts';
import type { HeaderField } from './header-fields.ts';

/** A word that can be a local part on its own, as in `From: root`. */
const BARE_NAME = /^[^\s@<>()[\]",;:\\=?]+$/;

/** The mailboxes of all given fields, in order. */
export function parseAddresses(
  fields: readonly HeaderField[],
  note: (problem: Problem) => void,
): EmailAddress[] {
  return fields.flatMap((field) => {
    const entries = parseAddressHeader(field.encoded, { flatten: true, decodePunycode: false }).value;
    return entries.flatMap((entry) => toEmailAddress(entry.name, entry.address ?? '', field.encoded, note));
  });
}

function toEmailAddress(
  name: string,
  email: string,
  header: string,
  note: (problem: Problem) => void,
): EmailAddress[] {
  if (email !== '') {
    if (email.endsWith('>') && !email.includes('<')) {
      note('address-malformed');
      return toEmailAddress(name, email.slice(0, -1), header, note);
    }
    if (!email.includes('@')) note('address-without-domain');
    return [{ name: name === '' ? null : name, email }];
  }
  if (name === '') return [];
  // Only what stands there in clear: an encoded word must never decode into an address (RFC 2047 section 5).
  // With an empty `<>` behind it, as bounces have it, it is a name.
  if (BARE_NAME.test(name) && header.includes(name) && !header.includes('<>')) {
    note('address-without-domain');
    return [{ name: null, email: name }];
  }
  note('address-without-mailbox');
  return [{ name, email: '' }];
}
