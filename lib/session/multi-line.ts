// Multi-line answers (RFC 1939 section 3), after their status line: rows of a listing, octets of a message.

import { MailferryError } from '../core/errors.ts';
import { MAX_LISTING_LINE_OCTETS, TIMEOUTS_MS } from '../core/limits.ts';
import { BodyDecoder } from '../core/pop3/body-decoder.ts';
import type { Wire } from './wire.ts';

const DOT = 0x2e;

/** Rows up to the terminating dot, each valid only inside `onRow`; what `onRow` throws closes the connection. */
export async function readRows(
  wire: Wire,
  command: string,
  maxRows: number,
  onRow: (row: Uint8Array) => void,
): Promise<void> {
  for (let count = 0; count <= maxRows; count += 1) {
    const row = await wire.readLine(MAX_LISTING_LINE_OCTETS, TIMEOUTS_MS.listing, `a row of ${command}`);
    if (row.length === 1 && row[0] === DOT) return;
    wire.guard(() => {
      onRow(row[0] === DOT ? row.subarray(1) : row);
    });
  }
  throw wire.fail(
    new MailferryError(`${command} listed more than ${maxRows} rows`, {
      code: 'POP3_LIMIT_EXCEEDED',
      scope: 'session',
      retryable: false,
    }),
  );
}

/**
 * Octets without byte-stuffing, in pieces as they arrive. Complete only when the iteration ends by itself: leaving it
 * early closes the connection.
 */
export async function* readBody(wire: Wire, what: string): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = new BodyDecoder();
  let ended = false;
  try {
    while (!ended) {
      const chunk = await wire.take(TIMEOUTS_MS.retrieveIdle, `the rest of ${what}`);
      const body = decoder.push(chunk);
      yield* body.octets;
      if (body.ended) endBody(wire, what, body.rest);
      ended = body.ended;
    }
  } finally {
    if (!ended) wire.close();
  }
}

/**
 * Nothing may follow a message while nothing else was asked for. QUIRK(servers that do not byte-stuff): a line with a
 * lone dot ends the message too early, and its rest would be taken for answers.
 */
function endBody(wire: Wire, what: string, rest: Uint8Array): void {
  wire.putBack(rest);
  wire.assertInStep(`accepting ${what}`);
}
