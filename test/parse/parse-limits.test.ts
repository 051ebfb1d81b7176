// What a message may cost, and that whatever it is there is a valid document or a named refusal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { NestedMessageDocument } from '../../lib/core/message/document.ts';
import { failureOf } from '../../lib/parse/failure.ts';
import { MAX_BODY_OCTETS, MAX_MESSAGE_DEPTH } from '../../lib/parse/limits.ts';
import { messageSchema } from '../../lib/schema/message-schema.ts';
import { GOLDEN_MESSAGES } from './golden-messages.ts';
import { parsed, TOP } from './parsed.ts';

void test('messages in messages are described to a depth, and what is deeper is named and kept whole', async () => {
  const nested = ['Content-Type: message/rfc822', ''];
  const { document, contents } = await parsed([
    ...TOP,
    ...Array.from({ length: MAX_MESSAGE_DEPTH + 2 }, () => nested).flat(),
    'Subject: deepest',
    '',
    'x',
  ]);
  let message: NestedMessageDocument | null | undefined = document.attachments[0]?.message;
  let depth = 0;
  let last = message;
  for (; message !== null && message !== undefined; message = message.parts[0]?.message) {
    depth += 1;
    last = message;
  }
  assert.equal(depth, MAX_MESSAGE_DEPTH);
  assert.ok(last?.problems.includes('nesting-too-deep'));
  assert.ok(String(contents[0]).endsWith('Subject: deepest\r\n\r\nx'));
});

void test('a limit that a nested message goes beyond ends its description only', async () => {
  const parts = 'Content-Type: multipart/mixed; boundary=n\r\n\r\n' + '--n\r\n\r\nx\r\n'.repeat(5000);
  const { document, contents } = await parsed([
    ...TOP,
    'Subject: outer',
    'Content-Type: message/rfc822',
    '',
    parts,
  ]);
  assert.equal(document.subject, 'outer');
  assert.ok(document.attachments[0]?.message?.problems.includes('parts-too-many'));
  assert.equal(String(contents[0]), parts);
});

void test('a body that is too large is cut and named, and where it is whole is told', async () => {
  const raw = Buffer.concat([
    Buffer.from(`${TOP.join('\r\n')}\r\n\r\n`),
    Buffer.alloc(MAX_BODY_OCTETS + 5, 'x'),
  ]);
  const { document } = await parsed(raw, 65_536);
  assert.equal(document.text?.length, MAX_BODY_OCTETS);
  assert.deepEqual(document.problems, ['body-too-large']);
  const [part] = document.parts;
  assert.ok(part !== undefined);
  assert.equal(part.end - part.start, MAX_BODY_OCTETS + 5);
});

const SEEDS = Object.values(GOLDEN_MESSAGES).map((message) =>
  message instanceof Uint8Array ? Buffer.from(message) : Buffer.from(message.join('\r\n')),
);

void test('instructive messages with octets changed, cut out or doubled have a valid document, or a named refusal', async () => {
  const changes = fc.array(
    fc.record({ at: fc.nat(), length: fc.nat(20), kind: fc.nat(2), octet: fc.nat(255) }),
    {
      maxLength: 6,
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...SEEDS), changes, async (seed, list) => {
      const mutant = list.reduce(changed, seed);
      const result = await parsed(mutant).catch((error: unknown) => failureOf(error));
      if (typeof result === 'string') assert.notEqual(result, 'parser-error');
      else messageSchema.parse(JSON.parse(JSON.stringify(result.document)));
    }),
    { numRuns: 1000 },
  );
});

function changed(
  octets: Buffer,
  change: { at: number; length: number; kind: number; octet: number },
): Buffer {
  const at = change.at % (octets.length + 1);
  const piece = octets.subarray(at, at + change.length);
  const middle = [Buffer.alloc(piece.length, change.octet), Buffer.alloc(0), Buffer.concat([piece, piece])];
  return Buffer.concat([
    octets.subarray(0, at),
    middle[change.kind] ?? piece,
    octets.subarray(at + piece.length),
  ]);
}
