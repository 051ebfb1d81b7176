// The JSON Schema of mailferry.yaml, so that editors complete the file and mark what is wrong in it. The program itself goes
// by the zod schema, which also knows what one key means for another.

import * as z from 'zod';
import { configSchema } from './schema.ts';

/** A document of JSON Schema 2020-12, always the same for the same version. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' });
  return {
    $schema,
    title: 'mailferry.yaml',
    description: 'Which mailboxes Mailferry copies, and where to.',
    ...schema,
  };
}
