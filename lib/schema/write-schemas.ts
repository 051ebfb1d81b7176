// Writes the published JSON Schemas, from the zod schemas that the program goes by. Tests compare what is committed with what
// this would write. Run by `npm run schemas`, after a change of any of them.

import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { configJsonSchema } from '../config/config-schema-json.ts';
import { catalogJsonSchema } from './catalog-json-schema.ts';
import { eventJsonSchema } from './event-json-schema.ts';
import { messageJsonSchema } from './message-json-schema.ts';

const FOLDER = resolve(import.meta.dirname, '../../schema');

const SCHEMAS: Readonly<Record<string, () => unknown>> = {
  'catalog-v1.schema.json': catalogJsonSchema,
  'events-v1.schema.json': eventJsonSchema,
  'mailferry.schema.json': configJsonSchema,
  'message-v1.schema.json': messageJsonSchema,
};

await mkdir(FOLDER, { recursive: true });
for (const [name, schema] of Object.entries(SCHEMAS)) {
  await writeFile(join(FOLDER, name), `${JSON.stringify(schema(), undefined, 2)}\n`);
}
