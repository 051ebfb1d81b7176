// Whether this machine has the real proxies of the interop tests, and in words why not. Never fetches anything: the runner
// does that. Nothing of them is installed.

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Debian packages with one program each, which need nothing but the C library. */
export const PROXY_PACKAGES = ['microsocks', 'tinyproxy-bin'] as const;

/** Where the runner unpacks them. Another name whenever the list changes. */
export const PROXIES_FOLDER = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'mailferry-test',
  'proxies-1',
);

/** Of SOCKS5. */
export const MICROSOCKS = join(PROXIES_FOLDER, 'usr/bin/microsocks');
/** Of HTTP CONNECT. */
export const TINYPROXY = join(PROXIES_FOLDER, 'usr/bin/tinyproxy');

/** Set by the runner to `present` or `absent:<reason>`, so that every test file gives the same answer. */
export const PROXIES_VARIABLE = 'MAILFERRY_PROXIES';

/** For `{ skip }`: `false` where both are there, else the reason. */
export function proxiesSkip(): string | false {
  const told = process.env[PROXIES_VARIABLE];
  if (told === 'present') return false;
  const lack = told?.startsWith('absent:') ? told.slice('absent:'.length) : findProxiesLack();
  return lack === undefined ? false : `no real proxies: ${lack}`;
}

/** What is missing on this machine, or `undefined` when nothing is. */
export function findProxiesLack(): string | undefined {
  const missing = [MICROSOCKS, TINYPROXY].find((program) => !existsSync(program));
  return missing === undefined ? undefined : `${missing} is not there`;
}
