// The first line a server says (RFC 1939 section 4), waited for before anything is sent.

import { MailferryError } from '../core/errors.ts';
import { MAX_STATUS_LINE_OCTETS, TIMEOUTS_MS } from '../core/limits.ts';
import { parseReply } from '../core/pop3/reply.ts';
import { diagnoseGreeting } from '../core/pop3/wrong-protocol.ts';
import { Patience } from './patience.ts';
import type { Wire } from './wire.ts';

export interface Greeting {
  /** As it came, for the timestamp of APOP. */
  readonly line: Uint8Array;
  /** Safe to print. */
  readonly text: string;
}

/** @throws POP3_UNAVAILABLE for a refusal; POP3_PROTOCOL, POP3_TIMEOUT, POP3_CONNECTION_LOST, POP3_LIMIT_EXCEEDED */
export async function readGreeting(wire: Wire): Promise<Greeting> {
  const patience = new Patience(TIMEOUTS_MS.greeting);
  // Some that are no POP3 servers never end a line.
  const first = await wire.take(patience, 'the greeting');
  refuseOtherProtocol(first, wire);
  wire.putBack(first);
  const line = await wire.readLine(MAX_STATUS_LINE_OCTETS, patience, 'the greeting');
  refuseOtherProtocol(line, wire);
  const greeting = wire.guard(() => parseReply(line));
  if (greeting.status === 'ok') return { line, text: greeting.text };
  throw new MailferryError(`the server greets with a refusal: "${greeting.text}"`, {
    code: 'POP3_UNAVAILABLE',
    scope: 'session',
    retryable: true,
    hint: 'the server takes no connections just now: run again later',
  });
}

function refuseOtherProtocol(octets: Uint8Array, wire: Wire): void {
  const other = diagnoseGreeting(octets);
  if (other === undefined) return;
  throw wire.fail(
    new MailferryError(`expected the greeting of a POP3 server, got that of ${other.what}`, {
      code: 'POP3_PROTOCOL',
      scope: 'session',
      retryable: true,
      hint: other.hint,
    }),
  );
}
