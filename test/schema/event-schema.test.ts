// What events are, as subscribers are told, is what the program publishes; and nothing else can get into one.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import type { FerryEvent } from '../../lib/core/events.ts';
import { eventJsonSchema } from '../../lib/schema/event-json-schema.ts';
import { eventSchema } from '../../lib/schema/event-schema.ts';
import { eventsOfEveryKind } from '../contract/sample-events.ts';

const PUBLISHED = join(import.meta.dirname, '../../schema/events-v1.schema.json');

type Json = Record<string, unknown>;

async function published(): Promise<Json> {
  return JSON.parse(await readFile(PUBLISHED, 'utf8')) as Json;
}

function accepts(schema: z.ZodType, value: unknown): boolean {
  // What subscribers get has been JSON on the way.
  return schema.safeParse(JSON.parse(JSON.stringify(value))).success;
}

test('the published schema is up to date', async () => {
  assert.deepEqual(await published(), eventJsonSchema(), 'write it anew: npm run schemas');
});

test('the samples are of every kind there is', () => {
  const kinds = eventSchema.options.map(({ shape }) => shape.type.value);
  assert.deepEqual([...new Set(eventsOfEveryKind().map(({ type }) => type))].sort(), kinds.sort());
});

test('an event of every kind is valid, by the program and by what is published', async () => {
  const json = z.fromJSONSchema(await published());
  for (const event of eventsOfEveryKind()) {
    eventSchema.parse(event);
    json.parse(JSON.parse(JSON.stringify(event)));
  }
});

test('every member is needed, and of its type', async () => {
  const json = z.fromJSONSchema(await published());
  for (const event of eventsOfEveryKind()) {
    for (const broken of [...withEachMemberBroken(event), ...brokenData(event)]) {
      const text = JSON.stringify(broken);
      assert.ok(!accepts(eventSchema, broken), text);
      assert.ok(!accepts(json, broken), text);
    }
  }
});

test('nothing that is not named gets into an event: no address, no subject, no UIDL', () => {
  for (const event of eventsOfEveryKind()) {
    for (const extra of [{ address: 'ann@example.com' }, { subject: 'Hello' }, { uidl: '1' }]) {
      assert.ok(!accepts(eventSchema, { ...event, data: { ...event.data, ...extra } }), event.type);
      assert.ok(!accepts(eventSchema, { ...event, ...extra }), event.type);
    }
  }
});

test('no text of an event has a place for an address', () => {
  let texts = 0;
  for (const event of eventsOfEveryKind()) {
    for (const [key, value] of Object.entries(event.data)) {
      if (typeof value !== 'string') continue;
      texts += 1;
      const data = { ...event.data, [key]: `${value}ann@example.com` };
      assert.ok(!accepts(eventSchema, { ...event, data }), `${event.type} ${key}`);
    }
  }
  assert.ok(texts > 20);
});

test('a member that a later version adds is no error for those who go by the published schema', async () => {
  const json = z.fromJSONSchema(await published());
  for (const event of eventsOfEveryKind()) {
    assert.ok(accepts(json, { ...event, later: 1, data: { ...event.data, later: 1 } }), event.type);
  }
});

function brokenData(event: FerryEvent): Json[] {
  return withEachMemberBroken(event.data).map((data) => ({ ...event, data }));
}

/** Each member in its turn left out, and made an array of an array, which no member is. */
function withEachMemberBroken(value: object): Json[] {
  return Object.keys(value).flatMap((key) => {
    const { [key]: _, ...others } = value as Json;
    return [others, { ...value, [key]: [[]] }];
  });
}
