// How the command starts: as one file that can be run, with what it needs and no more, and with as many threads for the disk as
// it shall have.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { CLI_PATH, startCli } from '../support/cli.ts';
import { writeConfig } from '../support/import-run.ts';
import { startLoopback } from '../support/loopback-server.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { procSkip } from '../support/process-facts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { bundledSources, runWatched } from './loaded-sources.ts';
import { mails, openMailbox } from './mailbox.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PASSWORD = { MAILFERRY_TEST_PASSWORD: 'correct horse' };
const options = { timeout: 60_000 };

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
}

const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

test(
  'the file that the package names as its command runs by itself and says the version',
  options,
  async () => {
    const command = resolve(ROOT, MANIFEST.bin['mailferry'] ?? '');
    assert.equal(command, CLI_PATH);
    const { stdout } = await promisify(execFile)(command, ['--version'], {
      env: { PATH: dirname(process.execPath), HOME: '/dev/null' },
    });
    assert.equal(stdout, `${MANIFEST.version}\n`);
  },
);

test('nothing is loaded but the folder of the command and what is in Node', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(1)));
  const { exitCode, stderr, modules } = await runWatched(
    ['import', '--config', mailbox.configFile],
    PASSWORD,
  );
  assert.equal(exitCode, 0, stderr);
  const folder = pathToFileURL(dirname(CLI_PATH)).href;
  assert.ok(modules.some((url) => url.startsWith(`${folder}/`)));
  assert.deepEqual(
    modules.filter((url) => !url.startsWith(`${folder}/`) && !url.startsWith('node:')),
    [],
  );
  assert.ok(modules.every((url) => url.startsWith('node:') || existsSync(fileURLToPath(url))));
});

test('the version is told without any command, an import without any other', options, async () => {
  const version = await runWatched(['--version']);
  assert.equal(version.exitCode, 0, version.stderr);
  assert.deepEqual(commandsIn(version.sources), []);
  assert.ok(!version.sources.some((path) => path.startsWith('lib/config/')));
  await using mailbox = await openMailbox(maildropOf(mails(1)));
  const imported = await runWatched(['import', '--config', mailbox.configFile], PASSWORD);
  assert.equal(imported.exitCode, 0, imported.stderr);
  assert.deepEqual(commandsIn(imported.sources), ['import']);
  const others = /^lib\/(audit|doctor|estimate|export|move|rebuild|reparse)\//;
  assert.ok(bundledSources().some((path) => others.test(path)));
  assert.deepEqual(
    imported.sources.filter((path) => others.test(path)),
    [],
  );
  // For a terminal alone, and streams that nobody asks for.
  assert.ok(bundledSources().some((path) => path.includes('node_modules/cli-progress/')));
  assert.ok(!imported.sources.some((path) => path.includes('node_modules/cli-progress/')));
  assert.ok(!imported.modules.includes('node:process'));
});

test('help names every command', options, async () => {
  const { exitCode, stdout, sources } = await runWatched(['--help']);
  assert.equal(exitCode, 0);
  const commands = commandsIn(sources);
  assert.ok(commands.length > 10);
  for (const command of commands) assert.match(stdout, new RegExp(`^ +${command}\\b`, 'm'));
});

/** The files that have commands of their own, by name. */
function commandsIn(sources: readonly string[]): string[] {
  const files = globSync('lib/cli/{*.ts,accounts/accounts.ts}', { cwd: ROOT });
  const withCommand = files.filter((file) =>
    /^export function add\w+Commands?\(program\b/m.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  return withCommand
    .filter((file) => sources.includes(file))
    .map((file) => file.replace(/^.*\/|\.ts$/g, ''))
    .sort();
}

const noThreads = procSkip() && 'no /proc on this machine: threads cannot be counted';

for (const [env, threads] of [
  [{}, 16],
  [{ UV_THREADPOOL_SIZE: '3' }, 3],
] as const) {
  const whose = threads === 16 ? 'sixteen at once' : 'as many as the environment says';
  test(`what waits for the disk waits together: ${whose}`, { ...options, skip: noThreads }, async () => {
    await using folder = await temporaryFolder();
    // A greeting that never comes: by then the archive is open, and the pool has been used.
    await using server = await startLoopback(() => {});
    const configFile = await writeConfig(folder.path, { port: server.port, user: 'ann' });
    const running = startCli(['import', '--config', configFile], { env: { ...PASSWORD, ...env } });
    try {
      while (server.sockets.length === 0 && running.isAlive()) await sleep(20);
      assert.equal(poolThreadsOf(running.pid), threads);
    } finally {
      running.killHard();
      await running.result;
    }
  });
}

/** By the name that libuv gives them. */
function poolThreadsOf(pid: number): number {
  const names = globSync(`/proc/${pid}/task/*/comm`).map((file) => readFileSync(file, 'utf8').trim());
  return names.filter((name) => name === 'libuv-worker').length;
}
