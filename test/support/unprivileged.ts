// Running the command line as somebody whom file permissions bind. Root ignores them, so root becomes `nobody`.

import { execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import type { CliIdentity } from './cli.ts';

/** `undefined` where this process itself is such a somebody. */
export function unprivilegedIdentity(): CliIdentity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return { uid: idOfNobody('-u'), gid: idOfNobody('-g') };
}

/** For `{ skip }`: `false` where that somebody can run the built command line, else the reason. */
export function unprivilegedSkip(): string | false {
  const identity = unprivilegedIdentity();
  if (identity === undefined) return false;
  const checkout = `${import.meta.dirname}/../../package.json`;
  for (const args of [
    [process.execPath, '--version'],
    ['test', '-r', checkout],
  ] as const) {
    const [program, ...rest] = args;
    try {
      execFileSync(program, rest, { ...identity, stdio: 'pipe' });
    } catch {
      return `nobody may not run ${args.join(' ')}: the folders above it are closed to other users`;
    }
  }
  return false;
}

/** Hand a folder over, so that what runs as the identity may write there. */
export function giveTo(identity: CliIdentity | undefined, path: string): void {
  if (identity !== undefined) chownSync(path, identity.uid, identity.gid);
}

function idOfNobody(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
}
