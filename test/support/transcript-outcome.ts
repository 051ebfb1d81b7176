// What came of a step of a transcript, in the words that transcripts have for it, and compared with what should.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { MailferryError } from '../../lib/core/errors.ts';
import type { Capabilities } from '../../lib/core/pop3/capabilities.ts';
import type { ListRow, UidlRow } from '../../lib/core/pop3/listing.ts';
import { fromUidl } from '../../lib/core/uidl.ts';
import { quoteOctets } from './transcript-octets.ts';
import type { Expected, TranscriptStep } from './transcript-step.ts';

/** Words, a message, several of them (of one that is refused the code), or `undefined`: the server has no such command. */
export type Outcome = string | Buffer | readonly (string | Buffer)[] | undefined;

export function describeCapabilities(capabilities: Capabilities | undefined): string | undefined {
  const rows = capabilities && [...capabilities].map(([tag, parameters]) => [tag, ...parameters].join(' '));
  return rows?.join('; ') || (rows && 'nothing');
}

export function describeList(rows: readonly ListRow[] | undefined): string | undefined {
  return rows?.map((row) => `${row.messageNumber}=${row.octets ?? '?'}`).join(' ') || (rows && 'nothing');
}

export function describeUidl(rows: readonly UidlRow[] | undefined): string | undefined {
  const describe = ({ messageNumber, uidl }: UidlRow): string => {
    if (uidl === undefined) return `${messageNumber}=?`;
    const quoted = quoteOctets(fromUidl(uidl));
    return `${messageNumber}=${/^"[^\s\\]*"$/.test(quoted) ? quoted.slice(1, -1) : quoted}`;
  };
  return rows?.map(describe).join(' ') || (rows && 'nothing');
}

export function checkError(step: TranscriptStep, error: MailferryError): void {
  const { expected } = step;
  if (expected.kind !== 'error') throw error;
  assert.deepEqual(
    { code: error.code, scope: error.scope },
    { code: expected.code, scope: expected.scope },
    error.message,
  );
  assert.ok(error.message.includes(expected.says), `"${error.message}" does not say "${expected.says}"`);
}

export function checkOutcome(expected: Expected, outcome: Outcome): void {
  if (outcome === undefined || typeof outcome === 'string') {
    assert.deepEqual({ kind: 'text', text: outcome ?? 'refused' }, expected);
  } else if (expected.kind === 'size' && Buffer.isBuffer(outcome)) {
    const sha256 = createHash('sha256').update(outcome).digest('hex').slice(0, expected.sha256.length);
    assert.deepEqual({ kind: 'size', octets: outcome.length, sha256 }, expected);
  } else {
    assert.equal(expected.kind, 'octets', 'it brought octets');
    const bodies = expected.kind === 'octets' ? expected.bodies : [];
    assert.deepEqual([outcome].flat().map(describeBody), bodies.map(describeBody));
  }
}

function describeBody(body: string | Buffer): string {
  return typeof body === 'string' ? body : quoteOctets(body);
}
