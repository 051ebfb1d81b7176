// The document of a message that could not be parsed whole: what its header says. Looks at the header only, without the code that
// cuts messages into parts, since that may be what failed; and at a bounded piece of it.

import { HeaderDateScanner } from '../core/message/header-date-scanner.ts';
import type { IngestFacts, MessageDocument } from '../core/message/document.ts';
import { ProblemList, type Problem } from '../core/message/problems.ts';
import { failedDocument } from './failed-document.ts';
import { HeaderBlock } from './header-block.ts';
import { parseHeaderFields } from './header-fields.ts';
import { messageFacts } from './message-facts.ts';

/**
 * @param head the start of the message: all that is known of it, or all of it
 * @param failure why it could not be parsed
 */
export function headerDocument(head: Buffer, ingest: IngestFacts, failure: Problem): MessageDocument {
  const problems = new ProblemList();
  const note = problems.note.bind(problems);
  const failed = failedDocument(ingest, failure);
  note('parse-failed');
  note(failure);
  const scanner = new HeaderDateScanner();
  scanner.push(head);
  const fields = parseHeaderFields(headerLinesOf(head, head.length < ingest.size, note), note);
  const facts = messageFacts(fields, scanner.end(), note);
  const headers = fields.map(({ name, value }) => ({ name, value }));
  return { ...failed, ...facts, headers, problems: problems.toArray() };
}

function headerLinesOf(head: Buffer, hasMore: boolean, note: (problem: Problem) => void): readonly string[] {
  const block = new HeaderBlock(note, true);
  const lines = head.toString('latin1').split(/\r?\n/);
  const end = lines.indexOf('');
  // Where the head was cut, the last line may be half a one, or go on behind its end.
  const isCut = hasMore && (end === -1 || end === lines.length - 1);
  for (const line of lines.slice(0, isCut ? -1 : end === -1 ? lines.length : end)) block.add(line);
  if (isCut) block.leaveOut(lines.at(-1) ?? '');
  return block.lines;
}
