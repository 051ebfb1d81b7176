// What a parsed document is, as readers are told, is what the parser writes; and nothing else can get into one.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { PROBLEMS } from '../../lib/core/message/problems.ts';
import { failedDocument } from '../../lib/parse/failed-document.ts';
import { messageJsonSchema } from '../../lib/schema/message-json-schema.ts';
import { messageSchema } from '../../lib/schema/message-schema.ts';
import { GOLDEN_MESSAGES } from '../parse/golden-messages.ts';
import { ingestOf, parsed } from '../parse/parsed.ts';

const PUBLISHED = join(import.meta.dirname, '../../schema/message-v1.schema.json');

type Json = Record<string, unknown>;

async function published(): Promise<z.ZodType> {
  return z.fromJSONSchema(JSON.parse(await readFile(PUBLISHED, 'utf8')) as Json);
}

async function documents(): Promise<Json[]> {
  const failed = failedDocument(ingestOf(Buffer.from('x')), 'worker-died');
  const all = await Promise.all(
    Object.values(GOLDEN_MESSAGES).map(async (message) => (await parsed(message)).document),
  );
  return [failed, ...all].map((document) => JSON.parse(JSON.stringify(document)) as Json);
}

void test('the published schema is up to date', async () => {
  const text = await readFile(PUBLISHED, 'utf8');
  assert.deepEqual(JSON.parse(text), messageJsonSchema(), 'write it anew: npm run schemas');
});

void test('every golden document, and that of a message that could not be parsed, is valid by both schemas', async () => {
  const json = await published();
  for (const document of await documents()) {
    messageSchema.parse(document);
    json.parse(document);
  }
});

void test('every member is needed, and of its type', async () => {
  const json = await published();
  const [document = {}] = await documents();
  for (const key of Object.keys(document)) {
    const { [key]: left, ...without } = document;
    for (const broken of [without, { ...document, [key]: typeof left === 'boolean' ? 1 : true }]) {
      assert.ok(!messageSchema.safeParse(broken).success, key);
      assert.ok(!json.safeParse(broken).success, key);
    }
  }
});

void test('a member that is not named is none of ours, and no error for those who go by what is published', async () => {
  const json = await published();
  const [document = {}] = await documents();
  assert.ok(!messageSchema.safeParse({ ...document, later: 1 }).success);
  assert.ok(json.safeParse({ ...document, later: 1 }).success);
});

void test('the document about documents names every problem and every member', async () => {
  const doc = await readFile(join(import.meta.dirname, '../../docs/message-format.md'), 'utf8');
  const [document = {}] = await documents();
  for (const name of [...PROBLEMS.map(([problem]) => problem), ...Object.keys(document)]) {
    assert.ok(doc.includes(`\`${name}\``), name);
  }
});
