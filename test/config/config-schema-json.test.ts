// The published JSON Schema of mailferry.yaml is that of the program, and knows every key of the example.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { EXAMPLE_CONFIG } from '../../lib/cli/init.ts';
import { configJsonSchema } from '../../lib/config/config-schema-json.ts';

const PUBLISHED = join(import.meta.dirname, '../../schema/mailferry.schema.json');

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly pattern?: string;
}

/** Each schema with the path of keys that leads to it. */
function* walk(schema: Schema, path = ''): Generator<[string, Schema]> {
  yield [path, schema];
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    yield* walk(property, `${path}.${name}`);
  if (schema.items) yield* walk(schema.items, `${path}[]`);
}

test('the published schema is up to date', async () => {
  const published: unknown = JSON.parse(await readFile(PUBLISHED, 'utf8'));
  assert.deepEqual(published, configJsonSchema(), 'write it anew: node lib/schema/write-schemas.ts');
});

test('the schema knows every key of the example', () => {
  const known = new Set([...walk(configJsonSchema() as Schema)].map(([path]) => path));
  const example = parse(EXAMPLE_CONFIG) as { accounts: object[] };
  for (const key of Object.keys(example)) assert.ok(known.has(`.${key}`), key);
  for (const key of Object.keys(example.accounts[0] ?? {})) assert.ok(known.has(`.accounts[].${key}`), key);
});

test('its patterns are such as editors can read', () => {
  const patterns = [...walk(configJsonSchema() as Schema)].flatMap(([, { pattern }]) => pattern ?? []);
  assert.ok(patterns.length >= 5);
  for (const pattern of patterns) assert.ok(new RegExp(pattern, 'u').source, pattern);
});
