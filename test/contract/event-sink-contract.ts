// What every EventSink promises, whoever listens. Never looks behind the port but to see what was told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventSink } from '../../lib/ports/work.ts';
import { eventsOfEveryKind, manyEvents } from './sample-events.ts';

/** For one test; nobody was told anything yet. */
export interface OpenedEventSink extends AsyncDisposable {
  readonly sink: EventSink;
  /** The CloudEvents that a listener has got until now, in any order. */
  readonly told: () => Promise<readonly { readonly id: string }[]>;
}

/** @param name of the adapter, for the titles of the tests */
export function testEventSinkContract(
  name: string,
  open: () => Promise<OpenedEventSink>,
  skip: string | false = false,
): void {
  const check = (promise: string, body: (opened: OpenedEventSink) => Promise<void>): void => {
    test(`${name}: ${promise}`, { skip }, async () => {
      await using opened = await open();
      await body(opened);
    });
  };

  check('an event of every kind arrives as it was published', async ({ sink, told }) => {
    await sink.publish(eventsOfEveryKind());
    assertSame(await told(), eventsOfEveryKind());
  });

  check('however many events are published together, each arrives', async ({ sink, told }) => {
    await sink.publish([]);
    assertSame(await told(), []);
    await sink.publish(manyEvents(57));
    assertSame(await told(), manyEvents(57));
  });

  check('large events that are published together all arrive', async ({ sink, told }) => {
    const events = manyEvents(10).map((event) =>
      'rawKey' in event.data ? { ...event, data: { ...event.data, rawKey: 'raw/'.repeat(25_000) } } : event,
    ) as ReturnType<typeof manyEvents>;
    await sink.publish(events);
    assertSame(await told(), events);
  });

  check('an event that is published again arrives, with the same id', async ({ sink, told }) => {
    for (let time = 0; time < 2; time += 1) await sink.publish(eventsOfEveryKind());
    assertSame(await told(), eventsOfEveryKind());
  });
}

/** At least once is what is promised. */
function assertSame(
  told: readonly { readonly id: string }[],
  published: readonly { readonly id: string }[],
): void {
  const byId = (events: readonly { readonly id: string }[]): Map<string, unknown> =>
    new Map([...events].sort((a, b) => (a.id < b.id ? -1 : 1)).map((event) => [event.id, event]));
  assert.deepEqual([...byId(told)], [...byId(published)]);
}
