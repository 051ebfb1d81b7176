// Whatever octets a message has: no crash, no hang, a document valid by the schema, and no leaf part lost, doubled or cut.
// A slice of it here; 100,000 mutants with MAILFERRY_LONG=1.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { MessageDocument } from '../../lib/core/message/document.ts';
import { messageSchema } from '../../lib/schema/message-schema.ts';
import { parsed } from '../parse/parsed.ts';
import { sha256Of } from '../support/memory-blob-store.ts';
import { madeMessage } from './mime-trees.ts';
import { mutants } from './mutant-messages.ts';
import { naiveParts } from './naive-parts.ts';
import { runs } from './server-octets.ts';

/** Of processor time, which other work on the machine does not use up. */
const MAX_CPU_MS = 2000;
const UNENCODED = ['7bit', '8bit', 'binary'];

void test('a mutant has a valid document soon, and its parts are those that another way of looking finds', async () => {
  await fc.assert(
    fc.asyncProperty(mutants(), async (mutant) => {
      const before = process.cpuUsage();
      const { document, contents } = await parsed(mutant, 1000);
      const { user, system } = process.cpuUsage(before);
      assert.ok((user + system) / 1000 < MAX_CPU_MS, 'it takes too long');
      messageSchema.parse(JSON.parse(JSON.stringify(document)));
      assert.ok(!document.problems.includes('parse-failed'));
      assertNothingLost(document, contents, mutant);
    }),
    runs(300, 100_000),
  );
});

function assertNothingLost(document: MessageDocument, contents: readonly Buffer[], message: Buffer): void {
  const parts = document.parts.map(({ partId, start, end }) => ({
    partId,
    content: message.toString('latin1', start, end),
  }));
  assert.deepEqual(parts, naiveParts(message));
  const attachments = document.parts.filter(({ role }) => role === 'attachment');
  assert.deepEqual(
    document.attachments.map(({ partId }) => partId),
    attachments.map(({ partId }) => partId),
  );
  const stored = new Set(contents.map(sha256Of));
  for (const [index, { encoding, start, end }] of attachments.entries()) {
    const hash = document.attachments[index]?.sha256;
    assert.ok(hash !== undefined && stored.has(hash));
    if (UNENCODED.includes(encoding)) assert.equal(hash, sha256Of(message.subarray(start, end)));
  }
}

void test('a message made from parts has these parts, decoded, in order, and no problem with its structure', async () => {
  await fc.assert(
    fc.asyncProperty(madeMessage, fc.integer({ min: 1, max: 200 }), async (made, pieceOctets) => {
      const { document, contents } = await parsed(made.message, pieceOctets);
      const of = (role: string): Buffer[] =>
        made.leaves.filter((leaf) => leaf.role === role).map(({ octets }) => octets);
      const body = (role: string): string | null =>
        of(role).length === 0 ? null : of(role).map(String).join('\n').replaceAll('\r\n', '\n');
      assert.deepEqual(
        document.parts.map(({ role }) => role),
        made.leaves.map(({ role }) => role),
      );
      assert.deepEqual(contents, of('attachment'));
      assert.equal(document.text, body('text'));
      assert.equal(document.html, body('html'));
      assert.deepEqual(document.problems, ['date-missing']);
    }),
    runs(200, 20_000),
  );
});
