// Conditions and changes as the adapters write them, and as DynamoDB takes them.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
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
    // DynamoDB takes no empty one.
    ...(values === undefined || Object.keys(values).length === 0
      ? {}
      : { ExpressionAttributeValues: values }),
  };
}

/** Sets attributes to values, and removes those that are undefined. At least one; each value is called as its attribute. */
export function assigning(
  attributes: Readonly<Record<string, AttributeValue | undefined>>,
): Required<Pick<Change, 'update' | 'values'>> {
  const set: string[] = [];
  const removed: string[] = [];
  const values: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) {
      removed.push(`#${name}`);
    } else {
      set.push(`#${name} = :${name}`);
      values[`:${name}`] = value;
    }
  }
  const clauses = [
    ...(set.length === 0 ? [] : [`SET ${set.join(', ')}`]),
    ...(removed.length === 0 ? [] : [`REMOVE ${removed.join(', ')}`]),
  ];
  return { update: clauses.join(' '), values };
}

/** @param conditions that give no name to different values */
export function allOf(...conditions: readonly Condition[]): Required<Condition> {
  return {
    condition: conditions.map(({ condition }) => `(${condition})`).join(' AND '),
    values: Object.assign({}, ...conditions.map(({ values }) => values)) as Item,
  };
}

/** The attribute is as it was read: of this value, or absent. The value is called `:<name>Before`. */
export function ifStill(name: string, before: AttributeValue | undefined): Required<Condition> {
  if (before === undefined) return { condition: `attribute_not_exists(#${name})`, values: {} };
  return { condition: `#${name} = :${name}Before`, values: { [`:${name}Before`]: before } };
}
