// The documents of instructive messages, to the octet: a change of one is a change of the format.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { GOLDEN_MESSAGES } from './golden-messages.ts';
import { parsed } from './parsed.ts';

const FOLDER = join(import.meta.dirname, 'golden');

for (const [name, message] of Object.entries(GOLDEN_MESSAGES)) {
  void test(`golden: ${name.replaceAll('-', ' ')}`, async () => {
    // The facts of the import are those of the test.
    const { ingest: _ingest, ...document } = (await parsed(message)).document;
    const golden: unknown = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
    assert.deepEqual(JSON.parse(JSON.stringify(document)), golden, 'node test/parse/write-golden.ts');
  });
}

void test('there are more than thirty, each with its message', () => {
  const names = Object.keys(GOLDEN_MESSAGES);
  assert.ok(names.length > 30);
  assert.deepEqual(readdirSync(FOLDER).sort(), names.map((name) => `${name}.json`).sort());
});
