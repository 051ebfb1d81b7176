// What is published arrives at a target of a rule, over the real SDK and a server with rules and targets (moto); also when calls
// and answers are lost on the way.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { testEventSinkContract } from '../contract/event-sink-contract.ts';
import { eventsOfEveryKind, manyEvents } from '../contract/sample-events.ts';
import { INTERNAL_ERROR, THROTTLED, UNAVAILABLE } from '../support/aws-fault.ts';
import type { AwsFault } from '../support/aws-fault.ts';
import { openEventBridgeRig } from '../support/eventbridge-rig.ts';
import type { EventBridgeRig } from '../support/eventbridge-rig.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { startMoto } from '../support/moto.ts';
import type { RunningMoto } from '../support/moto.ts';

const skip = motoSkip();
let moto: Promise<RunningMoto> | undefined;
let opened = 0;
after(async () => await (await moto)?.[Symbol.asyncDispose]());

async function open(options: Parameters<typeof openEventBridgeRig>[2] = {}): Promise<EventBridgeRig> {
  moto ??= startMoto();
  opened += 1;
  return await openEventBridgeRig((await moto).port, `bus-${opened}`, options);
}

testEventSinkContract(
  'eventbridge',
  async () => {
    const rig = await open();
    return {
      sink: rig.sink,
      told: async () => (await rig.delivered()).map(({ detail }) => detail),
      [Symbol.asyncDispose]: async () => await rig[Symbol.asyncDispose](),
    };
  },
  skip,
);

test('the envelope says whose event it is, of what type and of when', { skip }, async () => {
  await using rig = await open();
  const events = eventsOfEveryKind();
  await rig.sink.publish(events);
  const delivered = new Map((await rig.delivered()).map((envelope) => [envelope.detail.id, envelope]));
  assert.equal(delivered.size, events.length);
  for (const event of events) {
    const { source, 'detail-type': type, time, detail } = delivered.get(event.id) ?? assert.fail(event.id);
    assert.deepEqual([source, type], ['mailferry', event.type]);
    // An envelope has whole seconds.
    assert.equal(Math.trunc(Date.parse(time) / 1000), Math.trunc(Date.parse(event.time) / 1000));
    assert.deepEqual(detail, event);
  }
});

test('on a bad day every event arrives, some of them twice', { skip }, async () => {
  await using rig = await open({ maxAttempts: 8 });
  const faults: AwsFault[] = [UNAVAILABLE, THROTTLED, INTERNAL_ERROR, 'dropped', 'answer-lost', 'answer-cut'];
  let calls = 0;
  rig.proxy.faultOf = () =>
    (calls += 1) % 3 === 1 ? faults[Math.floor(calls / 3) % faults.length] : undefined;
  const events = manyEvents(120);
  await rig.sink.publish(events);
  assert.ok(calls > 15, `only ${calls} calls`);
  const ids = (await rig.delivered()).map(({ detail }) => detail.id);
  assert.ok(ids.length > 120, 'no answer was lost');
  assert.deepEqual([...new Set(ids)].sort(), events.map(({ id }) => id).sort());
});
