// A refused password: tried once, and once more if there is another one by now; then the account is left alone until its owner
// has changed something, or a long time has passed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../lib/ports/pop3.ts';
import { ANN } from '../../contract/sample-records.ts';
import { FetchWorld } from './fetch-world.ts';
import { invoke } from './invoke.ts';
import { runWorld, TICK_MS } from './run-world.ts';
import { passwordAccess } from '../../support/fixed-access.ts';

const HOUR_MS = 3_600_000;

/** Lets in whoever has this password. */
class Guard {
  right = 'new';
  /** Passwords tried. */
  readonly tried: string[] = [];

  stand(connection: Connection): Connection {
    let isRefused = false;
    return {
      read: async () => (isRefused ? Buffer.from('-ERR [AUTH] no\r\n') : await connection.read()),
      tls: undefined,
      get bufferedOctets() {
        return isRefused ? 0 : connection.bufferedOctets;
      },
      write: async (octets) => {
        const password = /^PASS (.*)\r\n/.exec(Buffer.from(octets).toString('latin1'))?.[1];
        if (password !== undefined) this.tried.push(password);
        isRefused = password !== undefined && password !== this.right;
        if (!isRefused) await connection.write(octets);
      },
      startTls: async () => await connection.startTls(),
      close: (reason) => connection.close(reason),
    };
  }
}

/** @param remembered what is given first; @param present what it is by now */
async function guarded(remembered: string, present: string): Promise<{ world: FetchWorld; guard: Guard }> {
  const world = new FetchWorld();
  const guard = new Guard();
  world.guard = (connection) => guard.stand(connection);
  world.access = {
    get: async () => passwordAccess(remembered),
    renew: async () => (present === remembered ? undefined : passwordAccess(present)),
  };
  await world.addAccount('ann', 9);
  return { world, guard };
}

test('a wrong password is tried once, and not again because the message comes again', async () => {
  const { world, guard } = await guarded('old', 'old');
  world.sendPoll('ann');
  const [message] = world.polls.receive(1);
  assert.ok(message);
  const { response } = await invoke(world, 'poll', [message]);
  assert.deepEqual(response, { batchItemFailures: [] });
  for (const receives of [2, 3]) await invoke(world, 'poll', [{ ...message, receives }]);
  assert.deepEqual(guard.tried, ['old']);
  assert.equal(world.counts.get('AuthFailures'), 1);
  assert.equal((await world.ledger.state(ANN)).progress?.suspendedFor, 'POP3_AUTH_FAILED');
});

test('its owner is told, with when it is tried again', async () => {
  const { world } = await guarded('old', 'old');
  world.sendPoll('ann');
  await invoke(world, 'poll', world.polls.receive(1));
  const told = world.events.find(({ type }) => type === 'mailferry.account.auth-failed');
  const { progress } = await world.ledger.state(ANN);
  assert.deepEqual(told?.data, {
    account: 'ann',
    runId: progress?.lastRunId,
    nextAttemptAt: new Date(progress?.nextAttemptAt ?? 0).toISOString(),
  });
});

test('in a day a wrong password is tried twice: after an hour, and not before the next day', async () => {
  const { world, guard } = await guarded('old', 'old');
  await runWorld(world, { until: world.nowMs + 24 * HOUR_MS });
  assert.deepEqual(guard.tried, ['old', 'old']);
});

test('a password that was changed meanwhile is tried once, and lets the mail in', async () => {
  const { world, guard } = await guarded('old', 'new');
  world.sendPoll('ann');
  await invoke(world, 'poll', world.polls.receive(1));
  assert.deepEqual(guard.tried, ['old', 'new']);
  assert.deepEqual(await world.missing('ann'), []);
  assert.equal(world.counts.get('AuthFailures'), undefined);
});

test('an invocation that dies at any step, with a wrong password, has it tried twice at most', async () => {
  const steps = 24;
  for (let step = 1; step <= steps; step += 1) {
    const { world, guard } = await guarded('old', 'old');
    await runWorld(world, {
      until: world.nowMs + 3 * TICK_MS,
      fateOf: (number) => (number === 1 ? { crash: { step, side: 'after' } } : {}),
    });
    assert.ok(guard.tried.length <= 2, `step ${step}: ${guard.tried.length} times`);
    assert.equal((await world.ledger.state(ANN)).progress?.suspendedFor, 'POP3_AUTH_FAILED');
  }
});

test('a password that is refused in the middle of a drain ends it, and is tried once', async () => {
  const { world, guard } = await guarded('new', 'new');
  world.sendPoll('ann');
  await invoke(world, 'poll', world.polls.receive(1), { timeoutMs: 1300 });
  guard.right = 'another';
  const [message] = world.drains.receive(1);
  assert.ok(message);
  await invoke(world, 'drain', [message], { timeoutMs: 1300 });
  await invoke(world, 'drain', [{ ...message, receives: 2 }], { timeoutMs: 1300 });
  assert.deepEqual(guard.tried, ['new', 'new']);
  assert.equal(await world.drainOf('ann'), undefined);
  assert.equal((await world.ledger.state(ANN)).progress?.suspendedFor, 'POP3_AUTH_FAILED');
});
