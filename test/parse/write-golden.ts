// Writes the golden documents anew. Read the difference: whoever reads documents has to live with it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GOLDEN_MESSAGES } from './golden-messages.ts';
import { parsed } from './parsed.ts';

const FOLDER = join(import.meta.dirname, 'golden');
mkdirSync(FOLDER, { recursive: true });
for (const [name, message] of Object.entries(GOLDEN_MESSAGES)) {
  // The facts of the import are those of the test.
  const { ingest: _ingest, ...document } = (await parsed(message)).document;
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(document, undefined, 2)}\n`);
}
