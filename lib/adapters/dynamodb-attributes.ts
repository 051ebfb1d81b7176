// Values in the form DynamoDB takes them, and back. What is not as expected is an error: nothing is guessed.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unreadableItem } from './dynamodb-errors.ts';

export type Item = Readonly<Record<string, AttributeValue>>;

export function text(value: string): AttributeValue {
  return { S: value };
}

export function number(value: number): AttributeValue {
  return { N: String(value) };
}

export function octets(value: Uint8Array): AttributeValue {
  return { B: value };
}

export function flag(value: boolean): AttributeValue {
  return { BOOL: value };
}

/** Without what is undefined: an absent attribute, never a null. */
export function present(attributes: Readonly<Record<string, AttributeValue | undefined>>): Item {
  const item: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) item[name] = value;
  return item;
}

export function readText(item: Item, name: string): string {
  return item[name]?.S ?? missing(name);
}

export function readNumber(item: Item, name: string): number {
  return readNumberIfAny(item, name) ?? missing(name);
}

export function readNumberIfAny(item: Item, name: string): number | undefined {
  const value = item[name]?.N;
  return value === undefined ? undefined : Number(value);
}

export function readOctets(item: Item, name: string): Uint8Array {
  return item[name]?.B ?? missing(name);
}

/** An absent flag is not set. */
export function readFlag(item: Item, name: string): boolean {
  return item[name]?.BOOL ?? false;
}

/** @param name of a text attribute with JSON in it */
export function readJson(item: Item, name: string): unknown {
  const json = readText(item, name);
  try {
    return JSON.parse(json);
  } catch (error) {
    throw unreadableItem(`its attribute ${name} is no JSON`, error);
  }
}

function missing(name: string): never {
  throw unreadableItem(`it has no usable attribute ${name}`);
}
