// Programs of this machine, as a shell would find them.

import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Why it cannot be called, or `undefined`. */
export function lackOf(program: string): string | undefined {
  if (isAbsolute(program)) return isExecutable(program) ? undefined : `${program} is not there`;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => isExecutable(join(folder, program)))
    ? undefined
    : `${program} is not installed`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
