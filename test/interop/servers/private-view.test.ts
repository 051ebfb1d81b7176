// That what the real servers are started in changes nothing of the machine, and lets nothing outlive the tests.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { endView, runInView, startInView } from '../../support/servers/private-view.ts';
import type { PrivateView } from '../../support/servers/private-view.ts';
import { findNamespaceLack } from '../../support/servers/server-packages.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const options = { skip: findNamespaceLack() ?? false, timeout: 30_000 };
const MODULE = join(import.meta.dirname, '../../support/servers/private-view.ts');
const PATIENCE_MS = 10_000;

void test('a view has an /etc of its own, and the machine keeps the one it has', options, async () => {
  await using folder = await temporaryFolder();
  const view = await makeView(folder.path);
  const before = await readFile('/etc/passwd', 'utf8');
  assert.equal(await runInView(view, ['cat', '/etc/passwd']), 'root:x:0:0::/root:/bin/sh\n');
  await runInView(view, ['/bin/sh', '-c', 'echo seen > /var/left; echo seen > /run/left']);
  assert.equal(await readFile('/etc/passwd', 'utf8'), before);
  assert.ok(!existsSync('/var/left') && !existsSync('/run/left'));
  assert.equal(await readFile(join(folder.path, 'var/left'), 'utf8'), 'seen\n');
});

void test('ending a view ends everything in it, daemons too', options, async () => {
  await using folder = await temporaryFolder();
  const view = await makeView(folder.path);
  const child = await startInView(view, ['/bin/sh', '-c', DAEMON]);
  const pids = await pidsIn(folder.path);
  await endView(child);
  assert.deepEqual(pids.filter(isRunning), []);
});

void test('a view ends with the process that started it, even if that is killed', options, async () => {
  await using folder = await temporaryFolder();
  const view = await makeView(folder.path);
  const program = `
    const { startInView } = await import(${JSON.stringify(MODULE)});
    await startInView(${JSON.stringify(view)}, ['/bin/sh', '-c', ${JSON.stringify(DAEMON)}]);
    setInterval(() => {}, 1000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
  try {
    const pids = await pidsIn(folder.path);
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    const deadline = Date.now() + PATIENCE_MS;
    while (pids.some(isRunning)) {
      assert.ok(Date.now() < deadline, 'a process of the view lives on');
      await sleep(20);
    }
  } finally {
    starter.kill('SIGKILL');
  }
});

/** In a session of its own, as daemons put themselves; and the first process beside it. */
const DAEMON = 'setsid sleep 1000 & touch /srv/started; exec sleep 1000';

async function makeView(folder: string): Promise<PrivateView> {
  for (const name of ['etc', 'var', 'run']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  return { folder, unpacked: undefined, writable: [] };
}

/** Once the daemon runs: every process that has the folder among its mounts. */
async function pidsIn(folder: string): Promise<number[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && sees(name, folder));
    if (existsSync(join(folder, 'started')) && pids.length >= 2) return pids.map(Number);
    assert.ok(Date.now() < deadline, 'the view did not start');
    await sleep(20);
  }
}

function sees(pid: string, folder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/mountinfo`, 'utf8').includes(`${folder} /srv `);
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
