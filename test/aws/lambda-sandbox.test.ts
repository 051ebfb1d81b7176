// The sandbox that stands for Lambda: that it is as hard on a function as Lambda is. What it lets pass, no other test sees.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, describe, test } from 'node:test';
import { LambdaFunction } from '../support/lambda/lambda-function.ts';
import type { LambdaFunctionOptions } from '../support/lambda/lambda-function.ts';
import type { InvocationReport, LambdaFault, LambdaSpec } from '../support/lambda/lambda-spec.ts';
import { MAX_ANSWER_OCTETS } from '../support/lambda/lambda-spec.ts';
import { lambdaClientSkip } from '../support/lambda-client-presence.ts';
import { assertNoOrphans } from '../support/no-orphans.ts';
import { processesOfGroup } from '../support/process-facts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const stack = new AsyncDisposableStack();
after(async () => await stack.disposeAsync());

/** A function whose bundle is this text; ended with the test file. */
async function functionOf(
  code: string,
  { concurrency = 1, killAfterMs, ...spec }: Partial<LambdaSpec & LambdaFunctionOptions> = {},
): Promise<LambdaFunction> {
  const folder = stack.use(await temporaryFolder());
  await writeFile(join(folder.path, 'index.mjs'), code);
  const deployed: LambdaSpec = {
    name: 'under-test',
    taskRoot: folder.path,
    handler: 'index.handler',
    memoryMb: 256,
    timeoutMs: 30_000,
    environment: {},
    ...spec,
  };
  return stack.use(new LambdaFunction(deployed, { concurrency, ...(killAfterMs && { killAfterMs }) }));
}

function payloadOf({ outcome }: InvocationReport): unknown {
  assert.ok('payload' in outcome, `a fault: ${JSON.stringify(outcome)}`);
  return outcome.payload;
}

function faultOf({ outcome }: InvocationReport): LambdaFault {
  assert.ok('fault' in outcome, `an answer: ${JSON.stringify(outcome)}`);
  return outcome.fault;
}

void describe('the Lambda sandbox', { skip: lambdaClientSkip(), concurrency: 2 }, () => {
  void test('runs an ESM bundle under Node 24 with the variables and the context Lambda gives', async () => {
    process.env['MAILFERRY_TEST_LEAK'] = 'leak';
    const subject = await functionOf(
      `export const handler = async (event, context) => ({
         event, node: process.versions.node.split('.')[0], variables: process.env, name: context.functionName,
         arn: context.invokedFunctionArn, remainingMs: context.getRemainingTimeInMillis() });`,
      { environment: { MINE: 'yes' }, timeoutMs: 20_000 },
    );
    const answer = payloadOf(await subject.invoke({ a: ['ä', 1] })) as {
      readonly event: unknown;
      readonly node: string;
      readonly variables: Record<string, string>;
      readonly name: string;
      readonly arn: string;
      readonly remainingMs: number;
    };
    assert.deepEqual(answer.event, { a: ['ä', 1] });
    assert.equal(answer.node, '24');
    assert.equal(answer.name, 'under-test');
    assert.equal(answer.arn, 'arn:aws:lambda:us-east-1:123456789012:function:under-test');
    assert.ok(answer.remainingMs > 0 && answer.remainingMs <= 20_000, String(answer.remainingMs));
    assert.equal(answer.variables['MINE'], 'yes');
    assert.equal(answer.variables['_HANDLER'], 'index.handler');
    assert.equal(answer.variables['LAMBDA_TASK_ROOT'], subject.spec.taskRoot);
    assert.equal(answer.variables['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'], '256');
    for (const absent of ['MAILFERRY_TEST_LEAK', 'HOME', 'NODE_OPTIONS', 'MAILFERRY_MOTO']) {
      assert.equal(answer.variables[absent], undefined, absent);
    }
  });

  void test('uses a warm environment again, and starts another one for a second event at the same time', async () => {
    const subject = await functionOf(
      `let calls = 0;
       export const handler = async (ms) => { calls += 1; await new Promise((r) => setTimeout(r, ms)); return [process.pid, calls]; };`,
      { concurrency: 2 },
    );
    const [first, second] = await Promise.all([subject.invoke(1500), subject.invoke(1500)]);
    const [third, fourth] = await Promise.all([subject.invoke(0), subject.invoke(0)]);
    const pids = [first, second].map((report) => (payloadOf(report) as number[])[0]);
    assert.notEqual(pids[0], pids[1]);
    for (const report of [third, fourth]) {
      const [pid, calls] = payloadOf(report) as [number, number];
      assert.ok(pids.includes(pid));
      assert.equal(calls >= 2, true);
      assert.equal(report.isCold, false);
    }
    assert.deepEqual([subject.usage.invocations, subject.usage.coldStarts], [4, 2]);
  });

  void test('lets no more events in at the same time than it has environments', async () => {
    const subject = await functionOf(
      `export const handler = async () => { const from = Date.now(); await new Promise((r) => setTimeout(r, 200)); return [from, Date.now()]; };`,
    );
    const reports = await Promise.all([1, 2, 3].map(async () => await subject.invoke({})));
    const spans = reports.map((report) => payloadOf(report) as [number, number]).sort((a, b) => a[0] - b[0]);
    for (const [index, [from]] of spans.entries()) {
      if (index > 0) assert.ok(from >= (spans[index - 1]?.[1] ?? Infinity), JSON.stringify(spans));
    }
    assert.equal(subject.usage.coldStarts, 1);
  });

  void test('kills what waits for ever at the deadline, and has a new environment for the next event', async () => {
    const subject = await functionOf(
      `export const handler = async (event) => event === 'hang' ? await new Promise((r) => setTimeout(r, 600000)) : process.pid;`,
      { timeoutMs: 1000 },
    );
    const pid = payloadOf(await subject.invoke('pid'));
    const hung = await subject.invoke('hang');
    assert.equal(faultOf(hung).errorType, 'Sandbox.Timedout');
    assert.match(faultOf(hung).errorMessage, /Task timed out after 1\.00 seconds/);
    assert.ok(hung.durationMs >= 999, String(hung.durationMs));
    const next = await subject.invoke('pid');
    assert.notEqual(payloadOf(next), pid);
    assert.equal(next.isCold, true);
  });

  void test('kills what never lets go of the CPU, with its children', async () => {
    const subject = await functionOf(
      `import { spawn } from 'node:child_process';
       export const handler = async (event) => { if (event === 'group') { spawn(process.execPath, ['-e', 'for(;;);'], { stdio: 'ignore' }); return process.pid; } for (;;); };`,
      { timeoutMs: 1000 },
    );
    const group = payloadOf(await subject.invoke('group')) as number;
    assert.equal(processesOfGroup(group).length, 2);
    assert.equal(faultOf(await subject.invoke('spin')).errorType, 'Sandbox.Timedout');
    assert.deepEqual(processesOfGroup(group), []);
  });

  void test('stands still between two events: timers, and children too', async () => {
    const subject = await functionOf(
      `import { spawn } from 'node:child_process';
       let mine = 0; setInterval(() => { mine += 1; }, 10);
       const child = spawn(process.execPath, ['-e', 'setInterval(() => process.stdout.write("."), 10)'], { stdio: ['ignore', 'pipe', 'ignore'] });
       let theirs = 0; child.stdout.on('data', (data) => { theirs += data.length; });
       export const handler = async (ms) => { const before = [mine, theirs]; await new Promise((r) => setTimeout(r, ms)); return { before, after: [mine, theirs] }; };`,
    );
    type Ticks = Record<'before' | 'after', [number, number]>;
    const first = payloadOf(await subject.invoke(1000)) as Ticks;
    assert.ok(first.after[0] > first.before[0] && first.after[1] > first.before[1], 'nothing ticks at all');
    await sleep(1500);
    const second = payloadOf(await subject.invoke(0)) as Ticks;
    // 1.5 s are 150 ticks of each; a few happen between the answer and the stop, and after the start.
    for (const index of [0, 1] as const) {
      assert.ok(second.before[index] - first.after[index] < 75, JSON.stringify({ first, second }));
    }
  });

  void test('kills what takes more memory than the function has, also outside the heap', async () => {
    const subject = await functionOf(
      `const kept = [];
       export const handler = async (mb) => { for (let i = 0; i < mb; i += 10) { kept.push(Buffer.alloc(10_000_000, 1)); await new Promise((r) => setTimeout(r, 5)); } await new Promise((r) => setTimeout(r, 200)); return kept.length; };`,
      { memoryMb: 200 },
    );
    const small = await subject.invoke(50);
    assert.equal(payloadOf(small), 5);
    assert.ok(small.memoryOctets > 50_000_000 && small.memoryOctets < 200 * 1024 * 1024);
    assert.equal(faultOf(await subject.invoke(1000)).errorType, 'Runtime.OutOfMemory');
    assert.equal(payloadOf(await subject.invoke(0)), 0);
  });

  void test('says how a process ended that ended itself', async () => {
    const subject = await functionOf(
      `export const handler = async (how) => { if (how === 'abort') process.abort(); if (how === 'throw') setImmediate(() => { throw new Error('out of reach'); }); else process.exit(how); await new Promise(() => setTimeout(() => {}, 60000)); };`,
    );
    assert.match(faultOf(await subject.invoke(3)).errorMessage, /Runtime exited with error: exit status 3$/);
    assert.match(faultOf(await subject.invoke(0)).errorMessage, /Runtime exited without providing a reason$/);
    assert.match(faultOf(await subject.invoke('abort')).errorMessage, /signal: aborted$/);
    const thrown = faultOf(await subject.invoke('throw'));
    assert.equal(thrown.errorType, 'Runtime.ExitError');
    assert.match(subject.log.text, /out of reach/);
    assert.equal(subject.usage.coldStarts, 4);
  });

  void test('answers what the handler throws, and goes on with the same environment', async () => {
    const subject = await functionOf(
      `export const handler = async (event) => { if (event === 'throw') throw new RangeError('not this'); return process.pid; };`,
    );
    const pid = payloadOf(await subject.invoke('pid'));
    const fault = faultOf(await subject.invoke('throw'));
    assert.deepEqual([fault.errorType, fault.errorMessage], ['RangeError', 'not this']);
    assert.equal(payloadOf(await subject.invoke('pid')), pid);
  });

  void test('tries a bundle that cannot be loaded twice, and answers why', async () => {
    const subject = await functionOf(`throw new TypeError('at the start');`);
    const fault = faultOf(await subject.invoke({}));
    assert.deepEqual([fault.errorType, fault.errorMessage], ['TypeError', 'at the start']);
    assert.equal(subject.log.text.match(/Init Error/g)?.length, 2);
    const missing = await functionOf(`export const other = 1;`);
    assert.equal(faultOf(await missing.invoke({})).errorType, 'Runtime.HandlerNotFound');
  });

  void test('gives a start that hangs ten seconds, then the time of the invocation', async () => {
    const subject = await functionOf(
      `await new Promise((r) => setTimeout(r, 600000)); export const handler = 1;`,
      {
        timeoutMs: 1000,
      },
    );
    const report = await subject.invoke({});
    assert.equal(faultOf(report).errorType, 'Sandbox.Timedout');
    assert.ok(report.billedMs >= 11_000, String(report.billedMs));
  });

  void test('takes no answer above 6 MB', async () => {
    const subject = await functionOf(`export const handler = async (octets) => 'x'.repeat(octets - 2);`);
    assert.equal(
      (payloadOf(await subject.invoke(MAX_ANSWER_OCTETS)) as string).length,
      MAX_ANSWER_OCTETS - 2,
    );
    const fault = faultOf(await subject.invoke(MAX_ANSWER_OCTETS + 1));
    assert.equal(fault.errorType, 'Function.ResponseSizeTooLarge');
  });

  void test('kills an environment in the middle of its work when a test wants it, and says so', async () => {
    const subject = await functionOf(
      `export const handler = async () => { await new Promise((r) => setTimeout(r, 5000)); };`,
      { killAfterMs: () => 100 },
    );
    const report = await subject.invoke({});
    assert.match(faultOf(report).errorMessage, /signal: killed$/);
    assert.equal(report.wasKilled, true);
    assert.equal(subject.usage.kills, 1);
  });

  void test('bills the start and the work, memory times time', async () => {
    const subject = await functionOf(
      `export const handler = async () => { await new Promise((r) => setTimeout(r, 300)); };`,
      { memoryMb: 512 },
    );
    const cold = await subject.invoke({});
    const warm = await subject.invoke({});
    assert.ok(cold.initMs > 0 && cold.billedMs >= cold.initMs + 299, JSON.stringify(cold));
    assert.ok(
      warm.initMs === 0 && warm.billedMs >= 299 && warm.billedMs < cold.billedMs,
      JSON.stringify(warm),
    );
    const expected = ((cold.billedMs + warm.billedMs) / 1000) * 0.5;
    assert.ok(Math.abs(subject.usage.gbSeconds - expected) < 1e-9);
  });

  void test('tells how long its processes computed, and not how long they waited', async () => {
    const subject = await functionOf(
      `export const handler = async ({ computeMs, waitMs }) => { const end = Date.now() + computeMs; while (Date.now() < end); await new Promise((r) => setTimeout(r, waitMs)); };`,
    );
    await subject.invoke({ computeMs: 0, waitMs: 0 });
    const waited = await subject.invoke({ computeMs: 0, waitMs: 1000 });
    assert.ok(waited.processorMs < 500, JSON.stringify(waited));
    const computed = await subject.invoke({ computeMs: 1000, waitMs: 0 });
    // On a busy machine it does not get all of that second.
    assert.ok(
      computed.processorMs > waited.processorMs && computed.processorMs <= 1300,
      JSON.stringify(computed),
    );
  });

  void test('leaves no process behind', async () => {
    const subject = await functionOf(`export const handler = async () => process.pid;`);
    const group = payloadOf(await subject.invoke({})) as number;
    assert.equal(processesOfGroup(group).length, 1);
    await subject[Symbol.asyncDispose]();
    assert.deepEqual(processesOfGroup(group), []);
  });

  void test('leaves no process behind either when the test itself is killed, while they stand still', async () => {
    const folder = stack.use(await temporaryFolder());
    await writeFile(
      join(folder.path, 'index.mjs'),
      `import { spawn } from 'node:child_process';
       export const handler = async () => { spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' }); return process.pid; };`,
    );
    const module = new URL('../support/lambda/lambda-function.ts', import.meta.url).href;
    const spec: LambdaSpec = {
      name: 'orphan',
      taskRoot: folder.path,
      handler: 'index.handler',
      memoryMb: 256,
      timeoutMs: 10_000,
      environment: {},
    };
    const program = `import { LambdaFunction } from ${JSON.stringify(module)};
      const { outcome } = await new LambdaFunction(${JSON.stringify(spec)}, { concurrency: 1 }).invoke({});
      console.log(outcome.payload);`;
    const tester = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = (await once(tester.stdout, 'data')) as [Buffer];
    const group = Number(printed.toString());
    assert.equal(processesOfGroup(group).length, 2);
    tester.kill('SIGKILL');
    await assertNoOrphans(group);
  });
});
