// An invocation ends when its time does: what is not done by then goes back to the queue, and the next one works as if nothing
// had been. Workers are kept in between, and those that died meanwhile are replaced.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { capacityOf } from '../../../functions/parse/capacity.ts';
import { DEFAULT_PARSE_LIMITS } from '../../../lib/parse/limits.ts';
import { workerCommand } from '../../../lib/parse/worker-command.ts';
import { ParseRig } from './parse-rig.ts';

const FAULTY = {
  ...workerCommand(100),
  args: [join(import.meta.dirname, '../../parse/faulty-worker.ts')],
};

test('after the stop no message is begun, and all that were not go back', async () => {
  await using rig = await ParseRig.open();
  const notices = ['1', '2', '3', '4', '5'].map((id) => rig.plant(`Subject: ${id}\r\n\r\n`, id).notice);
  const opened: string[] = [];
  const open = async (key: string): ReturnType<typeof rig.raw.open> => {
    opened.push(key);
    if (opened.length === 2) rig.time.end('stop');
    return await rig.raw.open(key);
  };
  assert.deepEqual(await rig.run(notices, { raw: { open } }, 1), ['3', '4', '5']);
  assert.equal(opened.length, 2);
  assert.equal(rig.derived.writes.length, 2);
});

test('no more objects are under way at once than were asked for', async () => {
  await using rig = await ParseRig.open();
  let underWay = 0;
  let most = 0;
  const parseOpened: typeof rig.ports.documents.parseOpened = async (ingest, raw) => {
    underWay += 1;
    most = Math.max(most, underWay);
    try {
      return await rig.ports.documents.parseOpened(ingest, raw);
    } finally {
      underWay -= 1;
    }
  };
  const notices = Array.from(
    { length: 10 },
    (_, id) => rig.plant(`Subject: ${id}\r\n\r\n`, String(id)).notice,
  );
  const documents = { parseOpened, abandon: async () => undefined };
  assert.deepEqual(await rig.run(notices, { documents }, 3), []);
  assert.equal(most, 3);
});

test('a message under way at the end of the time goes back without a document, and its worker is no more', async () => {
  await using rig = await ParseRig.open({ command: FAULTY });
  const hanging = rig.plant('hang\r\n', 'hanging');
  const running = rig.run([hanging.notice]);
  await until(() => rig.pools.length === 1);
  rig.time.end('stop');
  rig.time.end('abort');
  assert.deepEqual(await running, ['hanging']);
  assert.deepEqual(rig.derived.writes, []);
  assert.ok(rig.said.some((line) => line.includes('INTERRUPTED')));
});

test('the next invocation gets new workers', async () => {
  await using rig = await ParseRig.open({ command: FAULTY });
  await rig.run([rig.plant('behave\r\n1', 'one').notice]);
  await rig.ports.documents.abandon();
  await rig.ports.documents.abandon();
  assert.deepEqual(await rig.run([rig.plant('behave\r\n2', 'two').notice]), []);
  assert.equal(rig.pools.length, 2);
});

test('whoever hangs beyond the very end is not waited for, and begins no document when it wakes up', async () => {
  await using rig = await ParseRig.open();
  const { notice } = rig.plant('Subject: x\r\n\r\n');
  const begun = Promise.withResolvers<void>();
  const woken = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const open = async (key: string): ReturnType<typeof rig.raw.open> => {
    begun.resolve();
    await woken.promise;
    const opened = await rig.raw.open(key);
    return opened && { ...opened, close: () => done.resolve() };
  };
  const time = rig.time;
  const running = rig.run([notice], { raw: { open } });
  await begun.promise;
  time.end('stop');
  time.end('abort');
  time.end('over');
  assert.deepEqual(await running, [notice.messageId]);
  woken.resolve();
  await done.promise;
  assert.equal(rig.pools.length, 0, 'nothing is begun in the time of another invocation');
  assert.deepEqual(rig.derived.writes, []);
});

test('an invocation that has no time left begins nothing', async () => {
  await using rig = await ParseRig.open();
  for (const what of ['stop', 'abort', 'over'] as const) rig.time.end(what);
  const { notice } = rig.plant('Subject: x\r\n\r\n');
  assert.deepEqual(await rig.run([notice]), [notice.messageId]);
  assert.deepEqual(rig.pools, []);
});

test('a worker that died between two invocations costs no message its document', async () => {
  await using rig = await ParseRig.open({ command: FAULTY, limits: { ...DEFAULT_PARSE_LIMITS } });
  for (const round of [1, 2, 3]) {
    const { notice, parsedKey } = rig.plant(`behave-and-die\r\n${round}`);
    assert.deepEqual(await rig.run([notice]), []);
    assert.equal(String(rig.derived.peek(parsedKey)), '{}\n');
  }
  assert.equal(rig.pools.length, 1);
  assert.ok(!rig.said.includes('ParseFailures'));
});

test('all workers together leave room for this process, in any memory that Lambda gives', () => {
  for (const megabytes of [512, 768, 1023, 1024, 1769, 3008, 10_240]) {
    const { workers, limits } = capacityOf(megabytes);
    assert.equal(workers, megabytes < 1024 ? 1 : 2);
    assert.ok(limits.workerHeapMegabytes >= 64 && limits.workerHeapMegabytes <= 512);
    assert.ok(workers * (limits.workerHeapMegabytes + 128) <= megabytes - 256, `${megabytes} MB`);
  }
  assert.equal(capacityOf(1769).limits.workerHeapMegabytes, 512);
  assert.equal(capacityOf(128).workers, 1);
});

async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; !isTrue(); tries += 1) {
    assert.ok(tries < 1000, 'it never came to it');
    await new Promise((wake) => setTimeout(wake, 10));
  }
}
