// What a message's header says of it, by its fields. The key order here is the order in the JSON.

import type { MessageFacts } from '../core/message/document.ts';
import type { HeaderDates } from '../core/message/header-date-scanner.ts';
import { parseMessageIds } from '../core/message/message-ids.ts';
import type { Problem } from '../core/message/problems.ts';
import { parseAddresses } from './addresses.ts';
import { fieldsNamed, type HeaderField } from './header-fields.ts';

export function messageFacts(
  fields: readonly HeaderField[],
  dates: HeaderDates,
  note: (problem: Problem) => void,
): MessageFacts {
  const first = (name: string): HeaderField | undefined => fieldsNamed(fields, name)[0];
  const ids = (name: string): string[] => parseMessageIds(first(name)?.value ?? '');
  const firstAddresses = (name: string): MessageFacts['from'] =>
    parseAddresses(fieldsNamed(fields, name).slice(0, 1), note);
  const allAddresses = (name: string): MessageFacts['from'] =>
    parseAddresses(fieldsNamed(fields, name), note);
  if (first('from') === undefined) note('from-missing');
  if (!dates.hasDate) note('date-missing');
  else if (dates.sentAt === null) note('date-unparsable');
  return {
    messageId: ids('message-id'),
    inReplyTo: ids('in-reply-to'),
    references: ids('references'),
    from: allAddresses('from'),
    to: allAddresses('to'),
    cc: allAddresses('cc'),
    bcc: allAddresses('bcc'),
    replyTo: firstAddresses('reply-to'),
    sender: firstAddresses('sender'),
    subject: first('subject')?.value ?? null,
    sentAt: dates.sentAt?.toISOString() ?? null,
    receivedAt: dates.receivedAt?.toISOString() ?? null,
  };
}
