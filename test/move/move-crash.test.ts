// A move that dies, or fails, at any single step, before the step has its effect and after it. At that moment the target
// claims nothing it has not; then the move is repeated, and all is as if nothing had happened.
// MAILFERRY_LONG=1 takes every step; otherwise one of several in turn, from a place that a seed brings back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailferryError } from '../../lib/core/errors.ts';
import { ANN } from '../contract/sample-records.ts';
import { isComplete } from '../../lib/move/move-report.ts';
import type { MovePorts } from '../../lib/move/move-ports.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { Crash, stepped, Steps } from '../support/stepped-port.ts';
import { scene } from './scene.ts';
import { assertHonest, assertMoved, assertWrittenOnce, move } from './two-places.ts';
import type { TestPlace } from './two-places.ts';

/** Owners that have died are known to be dead, as on one machine. */
function isDead(owner: string): boolean {
  return owner.startsWith('dead/');
}

function steppedPorts({ source, target, ...rest }: MovePorts, steps: Steps): MovePorts {
  return {
    ...rest,
    ownerName: 'dead',
    source: {
      blobs: stepped(source.blobs, steps),
      ledger: stepped(source.ledger, steps),
      lease: stepped(source.lease, steps),
    },
    target: {
      blobs: stepped(target.blobs, steps),
      ledger: stepped(target.ledger, steps),
      lease: stepped(target.lease, steps),
      parseQueue: target.parseQueue && stepped(target.parseQueue, steps),
    },
  };
}

async function countSteps(): Promise<number> {
  const { ports } = await scene(isDead);
  const steps = new Steps(Number.POSITIVE_INFINITY, 'before');
  await move(steppedPorts(ports, steps));
  return steps.taken;
}

/** Numbers of steps to fail at: all, or one in `STRIDE` and those at both ends, where the leases are. */
function chooseSteps(count: number): number[] {
  const steps = Array.from({ length: count }, (_, index) => index + 1);
  const random = seededRandom();
  const offset = Math.floor(random.between(0, STRIDE));
  console.log(`${count} steps, seed ${random.seed}`);
  if (process.env['MAILFERRY_LONG'] === '1') return steps;
  return steps.filter((step) => step % STRIDE === offset || step <= 10 || step > count - 10);
}

const STRIDE = 17;

for (const moment of ['before', 'after'] as const) {
  test(`a move that dies ${moment} the effect of any step is finished by the next one`, async () => {
    for (const last of chooseSteps(await countSteps())) {
      const { source, target, ports } = await scene(isDead);
      const before = await source.snapshot();
      await assert.rejects(move(steppedPorts(ports, new Steps(last, moment))), Crash);
      await assertHonest(target);
      assert.deepEqual(await source.snapshot(), before, `source after a crash ${moment} step ${last}`);
      assert.ok(isComplete(await move(ports)), `step ${last}`);
      await assertMoved(source, target);
      assertWrittenOnce(target);
    }
  });

  test(`a move of which any one step fails, ${moment} its effect, gives both leases back and can be repeated`, async () => {
    let stuck = 0;
    for (const last of chooseSteps(await countSteps())) {
      const { source, target, ports } = await scene(isDead);
      const failure = new MailferryError('the storage is out of order', {
        code: 'LEDGER_FAILED',
        scope: 'account',
        retryable: true,
      });
      const failing = { ...steppedPorts(ports, new Steps(last, moment, failure)), ownerName: 'host/2' };
      // A lease that could not be given back, or whose taking was not told, ends by itself.
      const isReleased = await move(failing).then(
        () => assert.fail(`step ${last} failed, and the move did not`),
        async (error: unknown) => {
          assert.equal(error, failure);
          return !(await hasLease(source)) && !(await hasLease(target));
        },
      );
      await assertHonest(target);
      if (!isReleased) {
        stuck += 1;
        continue;
      }
      assert.ok(isComplete(await move(ports)), `step ${last}`);
      await assertMoved(source, target);
      assertWrittenOnce(target);
    }
    assert.equal(stuck, 2, 'at the steps that take or give back a lease');
  });
}

async function hasLease({ ledger }: TestPlace): Promise<boolean> {
  return (await ledger.state(ANN)).lease !== undefined;
}
