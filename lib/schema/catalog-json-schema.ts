// The JSON Schema of a row of the catalog, for those who read it. Its version changes only when a row that was valid is not any
// more; columns may be added without.

import { catalogRowSchema } from './catalog-schema.ts';
import { readableSchema } from './readable-schema.ts';

/** A document of JSON Schema 2020-12, always the same for the same version. */
export function catalogJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = readableSchema(catalogRowSchema);
  return {
    $schema,
    $id: 'urn:mailferry:schema:catalog:v1',
    title: 'A row of the catalog of Mailferry, version 1',
    description: 'A line of the files below catalog/v1/ in an archive. Later versions may add columns.',
    ...schema,
  };
}
