// Address headers as a flat list of mailboxes. Group names are dropped; domains stay as written (no IDN conversion).

import { parseAddressHeader } from 'mailparser';
import type { EmailAddress } from '../core/message/document.ts';
import type { Problem } from '../core/message/problems.ts';
import type { HeaderField } from './header-fields.ts';

/** What stands between words that can be a local part on their own, as in `From: root`. */
const NO_BARE_NAME = /[\s@<>()[\]",;:\\=?]+/;

/** The mailboxes of all given fields, in order. */
export function parseAddresses(
  fields: readonly HeaderField[],
  note: (problem: Problem) => void,
): EmailAddress[] {
  return fields.flatMap((field) => {
    const entries = parseAddressHeader(field.encoded, { flatten: true, decodePunycode: false }).value;
    const bareNames = bareNamesIn(field.encoded);
    return entries.flatMap((entry) => toEmailAddress(entry.name, entry.address ?? '', bareNames, note));
  });
}

/**
 * What stands there in clear and may be an address: an encoded word must never decode into one (RFC 2047 section 5). Where an
 * empty `<>` stands, as in bounces, names are names. Taken once: a field may hold a hundred thousand of them.
 */
function bareNamesIn(header: string): ReadonlySet<string> {
  return new Set(header.includes('<>') ? [] : header.split(NO_BARE_NAME));
}

function toEmailAddress(
  name: string,
  email: string,
  bareNames: ReadonlySet<string>,
  note: (problem: Problem) => void,
): EmailAddress[] {
  const closed = withoutBrackets(email);
  if (closed !== email) note('address-malformed');
  if (closed !== '') {
    if (!closed.includes('@')) note('address-without-domain');
    return [{ name: name === '' ? null : name, email: closed }];
  }
  if (name === '') return [];
  if (bareNames.has(name)) {
    note('address-without-domain');
    return [{ name: null, email: name }];
  }
  note('address-without-mailbox');
  return [{ name, email: '' }];
}

/** Without the closing brackets at its end, if there is no opening one. */
function withoutBrackets(email: string): string {
  if (email.includes('<')) return email;
  let end = email.length;
  while (email[end - 1] === '>') end -= 1;
  return email.slice(0, end);
}
