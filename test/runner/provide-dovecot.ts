// Sees to it that a real Dovecot is on this machine: installs Debian's package where that is possible. Never starts a daemon.

import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findDovecotLack } from '../support/dovecot-presence.ts';

/** Asked by every maintainer script before it starts a daemon; 101 is "no". */
const POLICY = '/usr/sbin/policy-rc.d';
const APT_GET = '/usr/bin/apt-get';
const APT_TIMEOUT_MS = 900_000;

/** What DOVECOT_VARIABLE is to say: `present` or `absent:<reason>`. Says on stderr what it does. */
export function provideDovecot(): string {
  const lack = findDovecotLack();
  if (lack === undefined) return 'present';
  if (process.getuid?.() !== 0) return `absent:${lack}, and installing it needs root`;
  if (!existsSync(APT_GET)) return `absent:${lack}, and there is no apt-get to install it with`;
  const packages = existsSync('/usr/bin/python3') ? ['dovecot-pop3d'] : ['dovecot-pop3d', 'python3'];
  process.stderr.write(`${lack}: installing ${packages.join(' and ')} with apt-get; no daemon is started\n`);
  const failure = install(packages);
  const still = findDovecotLack();
  return still === undefined ? 'present' : `absent:${failure ?? still}`;
}

function install(packages: readonly string[]): string | undefined {
  const forbidding = !existsSync(POLICY);
  if (forbidding) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return (
      failureOf(aptGet('update')) ??
      failureOf(
        aptGet('-o', 'DPkg::Lock::Timeout=600', 'install', '-y', '--no-install-recommends', ...packages),
      )
    );
  } finally {
    if (forbidding) rmSync(POLICY, { force: true });
  }
}

function aptGet(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(APT_GET, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: APT_TIMEOUT_MS,
  });
}

function failureOf({ status, stdout, stderr }: SpawnSyncReturns<string>): string | undefined {
  if (status === 0) return undefined;
  process.stderr.write(stdout + stderr);
  return `apt-get failed with ${status ?? 'a signal'}: ${stderr.trim().split('\n').at(-1) ?? ''}`;
}
