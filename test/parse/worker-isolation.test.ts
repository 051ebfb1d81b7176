// What a parse worker can reach: nothing but its pipes and its own code. Asked of a real child started the real way.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { workerCommand } from '../../lib/parse/worker-command.ts';
import { collect } from '../support/memory-blob-store.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Runs code under exactly the worker's flags and environment; what it prints as JSON comes back. */
async function inWorker(code: string): Promise<Record<string, unknown>> {
  const { file, args, options } = workerCommand(64);
  const child = spawn(file, [...args.slice(0, -1), '--input-type=module', '-e', code], options);
  const printed = await collect(child.stdout);
  const said: unknown = JSON.parse(String(printed));
  assert.ok(typeof said === 'object' && said !== null);
  return { ...said };
}

const PROBES = `
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
const attempt = (deed) => { try { deed(); return 'done'; } catch (error) { return error.code ?? error.name; } };
const root = ${JSON.stringify(ROOT)};
console.log(JSON.stringify({
  readHosts: attempt(() => readFileSync('/etc/hosts')),
  readCheckout: attempt(() => readFileSync(root + '/tsconfig.json')),
  listCheckout: attempt(() => readdirSync(root)),
  readTests: attempt(() => readFileSync(root + '/test/parse/parsed.ts')),
  readOwnCode: attempt(() => readFileSync(root + '/lib/parse/limits.ts')),
  writeTemp: attempt(() => writeFileSync('/tmp/mailferry-probe', 'x')),
  writeOwnCode: attempt(() => writeFileSync(root + '/lib/parse/limits.ts', 'x', { flag: 'a' })),
  runProgram: attempt(() => execFileSync('/bin/true')),
  startThread: attempt(() => new Worker('1', { eval: true })),
  evaluate: attempt(() => new Function('return 1')()),
  variables: Object.keys(process.env),
  folder: process.cwd(),
}));`;

void test('a worker reads its own code and no other file, writes none, starts no program and no thread', async () => {
  process.env['MAILFERRY_TEST_SECRET'] = 'not for the worker';
  try {
    assert.deepEqual(await inWorker(PROBES), {
      readHosts: 'ERR_ACCESS_DENIED',
      readCheckout: 'ERR_ACCESS_DENIED',
      listCheckout: 'ERR_ACCESS_DENIED',
      readTests: 'ERR_ACCESS_DENIED',
      readOwnCode: 'done',
      writeTemp: 'ERR_ACCESS_DENIED',
      writeOwnCode: 'ERR_ACCESS_DENIED',
      runProgram: 'ERR_ACCESS_DENIED',
      startThread: 'ERR_ACCESS_DENIED',
      evaluate: 'EvalError',
      variables: [],
      folder: '/',
    });
  } finally {
    delete process.env['MAILFERRY_TEST_SECRET'];
  }
});

void test('the command has an empty environment, a bounded heap, and a script beside its own code', () => {
  const { file, args, options } = workerCommand(123);
  assert.equal(file, process.execPath);
  assert.deepEqual(options.env, {});
  assert.ok(args.includes('--max-old-space-size=123'));
  assert.ok(args.includes('--permission'));
  assert.ok(!args.some((argument) => /^--allow-(?!fs-read=)/.test(argument)));
  assert.ok(existsSync(args.at(-1) ?? ''));
});

const NO_PROC = existsSync('/proc/self/environ')
  ? false
  : 'no /proc here: the environment the kernel sees was not checked';

void test(
  "a running worker's environment is empty as the kernel sees it, and it ends with its parent's pipe",
  { skip: NO_PROC },
  async () => {
    const { file, args, options } = workerCommand(64);
    const child = spawn(file, args, options);
    try {
      // Its first octets say that it is ready.
      await once(child.stdout, 'readable');
      assert.equal(readFileSync(`/proc/${child.pid}/environ`, 'latin1'), '');
      const exited = once(child, 'exit');
      child.stdin.end();
      assert.deepEqual(await exited, [0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  },
);

void test('a worker whose parent dies without a word ends too', { skip: NO_PROC }, async () => {
  const pool = `
    import { spawn } from 'node:child_process';
    import { workerCommand } from ${JSON.stringify(`${ROOT}/lib/parse/worker-command.ts`)};
    const { file, args, options } = workerCommand(64);
    const child = spawn(file, args, options);
    child.stdout.once('readable', () => { console.log(child.pid); process.kill(process.pid, 'SIGKILL'); });`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', pool], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = Number(String(await collect(parent.stdout)).trim());
  assert.ok(pid > 0);
  for (let tries = 0; isRunning(pid); tries += 1) {
    assert.ok(tries < 100, 'the worker is still there after 5 s');
    await new Promise((wake) => setTimeout(wake, 50));
  }
});

/** A zombie that nobody has collected yet is not running. */
function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
}
