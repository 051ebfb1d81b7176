// Runs apt-get without questions, and says in one line why it failed.

import { spawnSync } from 'node:child_process';

export const APT_GET = '/usr/bin/apt-get';
const TIMEOUT_MS = 900_000;

/** @returns why it failed, with its output on stderr; `undefined` when it did not */
export function aptGet(args: readonly string[], cwd?: string): string | undefined {
  return runQuietly(APT_GET, args, cwd);
}

/** The same of another program. */
export function runQuietly(program: string, args: readonly string[], cwd?: string): string | undefined {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: TIMEOUT_MS,
  });
  if (status === 0) return undefined;
  process.stderr.write(`${stdout}${stderr}`);
  const lastWords = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
  return `${program} failed with ${status ?? 'a signal'}: ${lastWords}`;
}
