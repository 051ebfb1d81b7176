// The JSON Schema of the events, for those who subscribe to them. Its version changes only when an event that was valid is not
// any more; members may be added without.

import { eventSchema } from './event-schema.ts';
import { readableSchema } from './readable-schema.ts';

/** A document of JSON Schema 2020-12, always the same for the same version. */
export function eventJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = readableSchema(eventSchema);
  return {
    $schema,
    $id: 'urn:mailferry:schema:events:v1',
    title: 'Events of Mailferry, version 1',
    description:
      'CloudEvents 1.0, the detail of what Mailferry puts on an event bus of EventBridge. Later versions may add members.',
    ...schema,
  };
}
