// Conditions and changes as the adapters write them, and as DynamoDB takes them.

import type { Item } from './dynamodb-attributes.ts';

/** An expression names every attribute as `#attribute` (many plain names are reserved words) and values as given. */
export interface Condition {
  readonly condition: string;
  readonly values?: Item;
}

export interface Change extends Partial<Condition> {
  readonly update: string;
}

type Expressions = Readonly<Record<string, string | undefined>>;

/** The parts of a request that carry expressions, with the names and values they use. */
export function expressions<T extends Expressions>(parts: T, values: Item | undefined) {
  const names = new Set(Object.values(parts).flatMap((part) => part?.match(/#\w+/g) ?? []));
  return {
    ...parts,
    ExpressionAttributeNames: Object.fromEntries([...names].map((name) => [name, name.slice(1)])),
    ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
  };
}
