// The JSON Schema of parsed documents, for those who read them. Its version changes only when a document that was valid is not any
// more; members, kinds and problems may be added without.

import { messageSchema } from './message-schema.ts';
import { readableSchema } from './readable-schema.ts';

/** A document of JSON Schema 2020-12, always the same for the same version. */
export function messageJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = readableSchema(messageSchema);
  return {
    $schema,
    $id: 'urn:mailferry:schema:message:v1',
    title: 'A parsed message of Mailferry, version 1',
    description: 'The JSON below parsed/v1/ in an archive. Later versions may add members.',
    ...schema,
  };
}
