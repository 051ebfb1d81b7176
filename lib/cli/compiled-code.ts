// V8's compiled form of the program, kept between runs: a fifth of the CPU time of a start. Only ever a shortcut: where it cannot be
// kept, in a home that is read-only or not there, the program starts as it would without.
// Never in the folder for temporary files, where Node keeps it by itself: who makes that folder there first decides what we run.

import { lstatSync, mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Permission to write of the group and of all others. */
const WRITABLE_BY_OTHERS = 0o022;

/** Below XDG_CACHE_HOME or ~/.cache. NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE mean what Node says they do. */
export function keepCompiledCode(environment: NodeJS.ProcessEnv): void {
  if (environment['NODE_COMPILE_CACHE'] || environment['NODE_DISABLE_COMPILE_CACHE']) return;
  try {
    const folder = join(cacheFolder(environment), 'mailferry');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isOurs(folder)) enableCompileCache(folder);
  } catch {
    // No home, or none to write to.
  }
}

/** A relative XDG_CACHE_HOME counts as none, as the XDG Base Directory Specification wants it. */
function cacheFolder({ XDG_CACHE_HOME: chosen = '' }: NodeJS.ProcessEnv): string {
  return isAbsolute(chosen) ? chosen : join(homedir(), '.cache');
}

function isOurs(folder: string): boolean {
  const { uid, mode } = lstatSync(folder);
  // Windows has neither: there a folder below the user's own is the user's.
  const user = process.getuid?.();
  return user === undefined || (uid === user && (mode & WRITABLE_BY_OTHERS) === 0);
}
