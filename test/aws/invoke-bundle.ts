// Calls the bundled handler as Lambda would, in a process of its own: one event after another, stopped in between.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { s3Record } from '../functions/parse/parse-rig.ts';

/** A process that parses mail, as the system sees it. */
export interface SeenWorker {
  readonly pid: number;
  readonly environ: string;
  readonly cmdline: string;
}

export interface Invocations {
  /** What the handler answered, in order. */
  readonly answers: readonly unknown[];
  /** After each answer. Empty where there is no /proc. */
  readonly workers: readonly (readonly SeenWorker[])[];
}

export interface InvokePlan {
  /** Of the bundle. */
  readonly folder: string;
  readonly bucket: string;
  /** An invocation for each. */
  readonly batches: readonly (readonly string[])[];
  /** All there is in the process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Between two invocations, while the process is stopped with all it has started. */
  readonly whileFrozen?: (workers: readonly SeenWorker[]) => Promise<void>;
}

const RUNNER = `
  import { once } from 'node:events';
  import { readdirSync, readFileSync } from 'node:fs';
  const { index, events } = JSON.parse(process.env.PLAN);
  const { handler } = await import(index);
  const workers = () => readdirSync('/proc/self/task')
    .flatMap((task) => readFileSync('/proc/self/task/' + task + '/children', 'utf8').trim().split(' '))
    .filter((pid) => pid !== '')
    .map((pid) => ({
      pid: Number(pid),
      environ: readFileSync('/proc/' + pid + '/environ', 'latin1'),
      cmdline: readFileSync('/proc/' + pid + '/cmdline', 'latin1'),
    }));
  for (const event of events) {
    const answer = await handler(event, { memoryLimitInMB: '512', getRemainingTimeInMillis: () => 300_000 });
    const said = { answer, workers: process.platform === 'linux' ? workers() : [] };
    process.stdout.write('\\nANSWER ' + JSON.stringify(said) + '\\n');
    await once(process.stdin, 'data');
  }
  process.exit(0);`;

export async function invokeBundle(plan: InvokePlan): Promise<Invocations> {
  const { folder, batches, environment } = plan;
  const events = batches.map((keys) => ({
    Records: keys.map((key, index) => ({ messageId: String(index), body: noticeOf(plan.bucket, key) })),
  }));
  const index = pathToFileURL(join(folder, 'index.mjs')).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', RUNNER], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...environment, PLAN: JSON.stringify({ index, events }) },
    detached: true,
  });
  const group = -(child.pid ?? assert.fail('no process was started'));
  const seen: { answer: unknown; workers: SeenWorker[] }[] = [];
  try {
    let printed = '';
    for await (const text of child.stdout.setEncoding('utf8')) {
      printed += String(text);
      const lines = [...printed.matchAll(/^ANSWER (.*)$/gm)].slice(seen.length);
      for (const [, line = ''] of printed.endsWith('\n') ? lines : []) {
        const said = JSON.parse(line) as (typeof seen)[number];
        seen.push(said);
        process.kill(group, 'SIGSTOP');
        await plan.whileFrozen?.(said.workers);
        process.kill(group, 'SIGCONT');
        child.stdin.write('go on\n');
      }
    }
    assert.equal(seen.length, batches.length, `it said: ${printed}`);
    return { answers: seen.map(({ answer }) => answer), workers: seen.map(({ workers }) => workers) };
  } finally {
    if (child.exitCode === null) process.kill(group, 'SIGKILL');
  }
}

function noticeOf(bucket: string, key: string): string {
  const record = s3Record(key);
  (record['s3'] as { bucket: { name: string } }).bucket.name = bucket;
  return JSON.stringify({ Records: [record] });
}
