// What EventBridge does not prove to have taken is published again, or EVENTS_FAILED. Needs no EventBridge: the answers are made
// up by a proxy with nothing behind it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBridgeSink } from '../../lib/adapters/eventbridge-sink.ts';
import { eventsOfEveryKind, manyEvents } from '../contract/sample-events.ts';
import { INTERNAL_ERROR, THROTTLED, UNAVAILABLE } from '../support/aws-fault.ts';
import type { AwsFault } from '../support/aws-fault.ts';
import { failureOf } from '../support/failure-of.ts';
import { TEST_REGION } from '../support/moto.ts';
import { openScriptedBus, taken } from '../support/scripted-bus.ts';
import type { BusEntry } from '../support/scripted-bus.ts';

test('an entry holds the whole event, and what a rule can be made of', async () => {
  await using bus = await openScriptedBus();
  const [event] = eventsOfEveryKind();
  assert.ok(event);
  await bus.sink.publish([event]);
  const [entry] = bus.calls[0] ?? [];
  assert.deepEqual(
    [entry?.EventBusName, entry?.Source, entry?.DetailType],
    ['mail', 'mailferry', event.type],
  );
  assert.deepEqual(JSON.parse(entry?.Detail ?? ''), event);
  assert.equal(entry?.Time, Date.parse(event.time) / 1000);
});

test('no event is no call', async () => {
  await using bus = await openScriptedBus();
  await bus.sink.publish([]);
  assert.deepEqual(bus.calls, []);
});

test('a call carries at most ten events and less than 256 KB', async () => {
  await using bus = await openScriptedBus();
  const events = manyEvents(60).map((event, index) =>
    index % 4 === 0 ? { ...event, source: `mailferry/${'ü'.repeat(40_000)}` } : event,
  );
  await bus.sink.publish(events);
  assert.equal(bus.calls.flat().length, 60);
  for (const entries of bus.calls) {
    assert.ok(entries.length <= 10, `${entries.length} entries`);
    const octets = entries.map(({ Detail, DetailType, Source }) =>
      Buffer.byteLength(Detail + DetailType + Source, 'utf8'),
    );
    assert.ok(octets.reduce((sum, size) => sum + size + 14, 0) < 256_000, String(octets));
  }
});

test('of a call that fails in part, only what failed is sent again', async () => {
  for (const code of ['ThrottlingException', 'InternalFailure', 'InternalException', 'SomethingNew']) {
    await using bus = await openScriptedBus();
    bus.answer = (entries, call) => ({
      FailedEntryCount: 3,
      Entries: entries.map((entry, index) =>
        call === 1 && index % 4 === 1 ? { ErrorCode: code, ErrorMessage: 'a' } : taken(entry, index),
      ),
    });
    await bus.sink.publish(manyEvents(10));
    assert.deepEqual(bus.calls.map(idsOf), [
      manyEvents(10).map(({ id }) => id),
      [1, 5, 9].map((index) => manyEvents(10)[index]?.id),
    ]);
  }
});

test('an event that is refused for good is sent once, and the others are taken', async () => {
  for (const [code, hint] of [
    ['MalformedDetail', /report/],
    ['AccessDeniedException', /allow this role to put events on the event bus mail/],
    ['NotAuthorizedForSourceException', /allow this role to put events/],
  ] as const) {
    await using bus = await openScriptedBus();
    bus.answer = (entries) => ({
      Entries: entries.map((entry, index) =>
        entry.Detail.includes('"round-1/stored"') ? { ErrorCode: code } : taken(entry, index),
      ),
    });
    const error = await failureOf(async () => await bus.sink.publish(manyEvents(35)));
    assert.deepEqual([error.code, error.scope, error.retryable], ['EVENTS_FAILED', 'account', false]);
    assert.equal(error.message, `1 of 35 events were not taken by the event bus mail: ${code}`);
    assert.match(error.hint ?? '', hint);
    assert.equal(bus.calls.length, 4);
  }
});

const IMPOSTORS: readonly (readonly [what: string, answer: (entries: readonly BusEntry[]) => unknown])[] = [
  ['no entry', () => ({ FailedEntryCount: 0, Entries: [] })],
  ['nothing', () => ({})],
  ['too few entries', (entries) => ({ FailedEntryCount: 0, Entries: entries.slice(1).map(taken) })],
  ['no ids', (entries) => ({ FailedEntryCount: 0, Entries: entries.map(() => ({})) })],
  ['empty ids', (entries) => ({ FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: '' })) })],
  [
    'ids and errors',
    (entries) => ({ Entries: entries.map(() => ({ EventId: 'id', ErrorCode: 'InternalFailure' })) }),
  ],
];

for (const [what, answer] of IMPOSTORS) {
  test(`an answer with ${what} is not believed`, async () => {
    await using bus = await openScriptedBus();
    const answerWell = bus.answer;
    bus.answer = (entries, call) => (call === 1 ? answer : answerWell)(entries, call);
    await bus.sink.publish(manyEvents(2));
    assert.equal(bus.calls.length, 2);
    assert.ok(bus.calls[1]?.some(({ Detail }) => Detail === JSON.stringify(manyEvents(2)[1])));
  });
}

test('what EventBridge cannot take for long is given up, and how much that is', async () => {
  await using bus = await openScriptedBus();
  bus.answer = (entries) => ({ Entries: entries.map(() => ({ ErrorCode: 'ThrottlingException' })) });
  const error = await failureOf(async () => await bus.sink.publish(manyEvents(3)));
  assert.deepEqual([error.code, error.retryable], ['EVENTS_FAILED', true]);
  assert.equal(error.message, '3 of 3 events were not taken by the event bus mail: ThrottlingException');
  assert.match(error.hint ?? '', /quota of PutEvents/);
  assert.equal(bus.calls.length, 6);
});

const FAILURES: readonly (readonly [fault: AwsFault, retryable: boolean, hint: RegExp])[] = [
  [INTERNAL_ERROR, true, /run again/],
  [UNAVAILABLE, true, /run again/],
  [THROTTLED, true, /quota/],
  ['dropped', true, /network/],
  ['no-json', true, /between this machine and EventBridge/],
  [{ status: 400, type: 'ResourceNotFoundException' }, false, /that the event bus mail exists/],
  [{ status: 400, type: 'AccessDeniedException' }, false, /put events on the event bus mail/],
  [{ status: 400, type: 'UnrecognizedClientException' }, false, /credentials/],
  [{ status: 400, type: 'ValidationException' }, false, /report/],
];

test('each failure says how many events are missing, whether it passes, and what to do', async () => {
  await using bus = await openScriptedBus({ maxAttempts: 1 });
  for (const [fault, retryable, hint] of FAILURES) {
    bus.proxy.faultOf = () => fault;
    const error = await failureOf(async () => await bus.sink.publish(manyEvents(2)));
    assert.deepEqual([error.code, error.retryable], ['EVENTS_FAILED', retryable], error.message);
    assert.match(error.message, /^2 of 2 events were not taken by the event bus mail: \w/);
    assert.match(error.hint ?? '', hint);
  }
});

test('a signal ends what is under way', async () => {
  const abort = new AbortController();
  await using bus = await openScriptedBus({ signal: abort.signal });
  bus.proxy.faultOf = async () => {
    abort.abort();
    return await new Promise<never>(() => {});
  };
  const error = await failureOf(async () => await bus.sink.publish(manyEvents(1)));
  assert.deepEqual([error.code, error.retryable], ['EVENTS_FAILED', true]);
});

test('the endpoint may come from the environment, as with every program that uses the SDK', async () => {
  await using bus = await openScriptedBus();
  process.env['AWS_ENDPOINT_URL_EVENTBRIDGE'] = bus.proxy.endpoint;
  try {
    using sink = new EventBridgeSink({ bus: 'mail', region: TEST_REGION });
    await sink.publish(manyEvents(1));
  } finally {
    delete process.env['AWS_ENDPOINT_URL_EVENTBRIDGE'];
  }
  assert.equal(bus.calls.length, 1);
});

function idsOf(entries: readonly BusEntry[]): string[] {
  return entries.map(({ Detail }) => (JSON.parse(Detail) as { id: string }).id);
}
