// A zod type as JSON Schema for those who read what we write, now and in later versions.

import { z } from 'zod';

/** A schema of JSON Schema 2020-12, always the same for the same type. */
export function readableSchema(
  type: z.ZodType,
): { readonly $schema: string | undefined } & Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(type, {
    override: ({ jsonSchema }) => {
      // Whoever checks by it must not stumble over a member that a later version adds.
      delete jsonSchema.additionalProperties;
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      if (jsonSchema.type === 'integer') delete jsonSchema.maximum;
    },
  });
  return { ...schema, $schema };
}
