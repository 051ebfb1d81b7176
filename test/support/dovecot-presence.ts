// Whether this machine can run the real-server tests, and in words why not. Never installs anything: the runner does that.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export const DOVECOT_BINARY = '/usr/sbin/dovecot';

/** Set by the runner to `present` or `absent:<reason>`, so that every test file gives the same answer. */
export const DOVECOT_VARIABLE = 'MAILFERRY_DOVECOT';

/** Skip reasons that begin with this are failures under MAILFERRY_REQUIRE_INTEROP=1. */
export const NO_DOVECOT = 'no real Dovecot: ';

/** For `{ skip }`: `false` where a Dovecot of the supported series and python3 are there, else the reason. */
export function dovecotSkip(): string | false {
  const told = process.env[DOVECOT_VARIABLE];
  if (told === 'present') return false;
  if (told?.startsWith('absent:') === true) return NO_DOVECOT + told.slice('absent:'.length);
  const lack = findDovecotLack();
  return lack === undefined ? false : NO_DOVECOT + lack;
}

/** What is missing on this machine, or `undefined` when nothing is. */
export function findDovecotLack(): string | undefined {
  if (!existsSync(DOVECOT_BINARY)) return `${DOVECOT_BINARY} is not installed`;
  const version = versionOf(DOVECOT_BINARY);
  // 2.4 has another configuration language.
  if (!version.startsWith('2.3.')) return `Dovecot 2.3 is needed, this one is ${version}`;
  if (!existsSync('/usr/lib/dovecot/pop3'))
    return 'Dovecot is installed without its POP3 server (dovecot-pop3d)';
  const python = versionOf('python3');
  return python.startsWith('Python 3') ? undefined : `python3 is needed, found: ${python}`;
}

function versionOf(program: string): string {
  try {
    return execFileSync(program, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
