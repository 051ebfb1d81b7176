// What docs/events.md shows is what there is.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { eventSchema } from '../../lib/schema/event-schema.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/events.md');

const kinds = eventSchema.options.map(({ shape }) => shape.type.value as string);

const ruleSchema = z.strictObject({
  source: z.tuple([z.literal('mailferry')]),
  'detail-type': z.array(z.enum(kinds)),
  detail: z.strictObject({ data: z.strictObject({ account: z.array(z.string()) }) }),
});

const envelopeSchema = z.object({
  source: z.literal('mailferry'),
  'detail-type': z.enum(kinds),
  detail: eventSchema,
});

/** The block of JSON with this word after its language. */
async function exampleOf(word: string): Promise<unknown> {
  const text = await readFile(DOCUMENT, 'utf8');
  const [, block] = new RegExp(`^\`\`\`json ${word}\\n(.*?)^\`\`\``, 'ms').exec(text) ?? [];
  assert.ok(block, `there is no example of a ${word}`);
  return JSON.parse(block);
}

test('the table has a row for every kind of event, with the members of its data', async () => {
  const text = await readFile(DOCUMENT, 'utf8');
  const rows = new Map(
    [...text.matchAll(/^\| `(mailferry\.[a-z.-]+)` .*$/gm)].map(([row, kind]) => [kind, row]),
  );
  assert.deepEqual(new Set(rows.keys()), new Set(kinds));
  for (const { shape } of eventSchema.options) {
    const row = rows.get(shape.type.value) ?? '';
    const expected = row.includes('the same') ? ['parsedKey', 'outcome'] : Object.keys(shape.data.shape);
    for (const member of expected.filter((name) => name !== 'account'))
      assert.ok(row.includes(`\`${member}\``), `${shape.type.value}: ${member}`);
  }
});

test('the example of a rule and that of an event fit each other and the schema', async () => {
  const rule = ruleSchema.parse(await exampleOf('rule'));
  const envelope = envelopeSchema.parse(await exampleOf('envelope'));
  assert.ok(rule['detail-type'].includes(envelope['detail-type']));
  assert.equal(envelope.detail.type, envelope['detail-type']);
  assert.ok(rule.detail.data.account.includes(envelope.detail.data.account));
});
