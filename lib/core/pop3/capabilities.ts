// The answer to CAPA (RFC 2449 section 5): what the server says it can do, now, in this state.

import { MailferryError } from '../errors.ts';

/** Tags in upper case with their parameters. Asked again after STLS and after login: earlier answers mean nothing then. */
export type Capabilities = ReadonlyMap<string, readonly string[]>;

/** A status line among the rows: the stream is out of step, or somebody injected commands that are answered here. */
const STATUS_LINE = /^(\+OK|-ERR)\b/i;

/**
 * Rows in any order and case, unknown ones kept, any white space between words. Where a tag is repeated the first row
 * counts. Real servers list junk too (`EXPIRENEVER`, a bare `20`): it becomes a tag nobody asks for.
 * @throws POP3_PROTOCOL when a row is the status line of another answer
 */
export function parseCapabilities(rows: Iterable<Uint8Array>): Capabilities {
  const capabilities = new Map<string, readonly string[]>();
  for (const row of rows) {
    const text = Buffer.from(row).toString('latin1').trim();
    if (STATUS_LINE.test(text)) throw outOfStep();
    const [tag, ...parameters] = text.split(/\s+/);
    if (tag && !capabilities.has(tag.toUpperCase())) capabilities.set(tag.toUpperCase(), parameters);
  }
  return capabilities;
}

function outOfStep(): MailferryError {
  return new MailferryError('CAPA: a row is the status line of another answer, so answers are out of step', {
    code: 'POP3_PROTOCOL',
    scope: 'session',
    retryable: true,
  });
}
