// In a bundle the tables of SASLprep are unfolded when somebody's password needs them, and say the same as ever.

import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import zlib from 'node:zlib';
import { bundle } from '../../functions/bundle.ts';
import { nodeSaslTools } from '../../lib/adapters/node-sasl-tools.ts';
import type { SaslTools } from '../../lib/core/pop3/sasl/sasl-tools.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SOURCE = resolve(import.meta.dirname, '../../lib/adapters/node-sasl-tools.ts');

test('a bundle prepares names as the sources do, and unfolds the tables for the first of them', async (t) => {
  await using folder = await temporaryFolder();
  const made = await bundle('tools', [{ name: 'index', source: SOURCE }], join(folder.path, 'tools'));
  const unfold = t.mock.method(zlib, 'gunzipSync');
  const url = pathToFileURL(join(made.folder, 'index.mjs')).href;
  const { nodeSaslTools: bundled } = (await import(url)) as { readonly nodeSaslTools: SaslTools };
  assert.equal(unfold.mock.callCount(), 0);
  for (const text of ['p\u00e4ss', 'a\u00a0b', 'I\u00adX', '\u2168', '\u0627\u0031', 'a\u0007', '\u{1f600}'])
    for (const as of ['query', 'stored'] as const)
      assert.equal(bundled.saslprep(text, as), nodeSaslTools.saslprep(text, as));
  assert.equal(bundled.saslprep('a\u00a0b', 'query'), 'a b');
  assert.equal(bundled.saslprep('a\u0007', 'query'), undefined);
  assert.equal(unfold.mock.callCount(), 1);
});
