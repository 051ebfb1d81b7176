// The parse worker that the built command starts: its own folder is all that it may read, and it is given nothing.
// What those flags mean is in test/parse/worker-isolation.test.ts.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { test } from 'node:test';
import { CLI_PATH, runCli } from '../support/cli.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { mails, openMailbox } from './mailbox.ts';

/** Writes down every process that is started, with what it is given. */
const WATCH = `
import { appendFileSync } from 'node:fs';
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
const { spawn } = childProcess;
childProcess.spawn = (file, args, options) => {
  appendFileSync(process.env.MAILFERRY_TEST_SPAWNS, JSON.stringify({ file, args, env: options.env, cwd: options.cwd }) + '\\n');
  return spawn(file, args, options);
};
syncBuiltinESMExports();
`;

interface Spawned {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: unknown;
  readonly cwd: string;
}

test('the worker of the built command may read the folder of the command, and is given nothing', async () => {
  await using mailbox = await openMailbox(maildropOf(mails(2)));
  const watch = join(mailbox.folder, 'watch.mjs');
  const list = join(mailbox.folder, 'spawned.txt');
  await writeFile(watch, WATCH);
  await writeFile(list, '');
  const { exitCode, stderr } = await runCli(['import', '--config', mailbox.configFile], {
    env: {
      MAILFERRY_TEST_PASSWORD: 'correct horse',
      NODE_OPTIONS: `--import=${watch}`,
      MAILFERRY_TEST_SPAWNS: list,
    },
  });
  assert.equal(exitCode, 0, stderr);
  const lines = (await readFile(list, 'utf8')).trim().split('\n');
  const folder = dirname(CLI_PATH);
  for (const { file, args, env, cwd } of lines.map((line) => JSON.parse(line) as Spawned)) {
    assert.equal(file, process.execPath);
    assert.deepEqual([env, cwd], [{}, '/']);
    assert.equal(args.at(-1), join(folder, 'worker.mjs'));
    assert.deepEqual(
      args.filter((argument) => argument.startsWith('--allow')),
      [`--allow-fs-read=${folder}${sep}`],
    );
    assert.ok(args.includes('--permission'));
    assert.ok(args.includes('--disallow-code-generation-from-strings'));
  }
  const { parsed } = await mailbox.archive();
  assert.equal(parsed.size, 2);
});
