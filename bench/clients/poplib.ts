// Python's poplib in the dozen lines that everybody writes: a message after the other, each into a file, UIDLs in a list.

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow, writePrivate, type Client } from './client.ts';
import { lackOf } from './installed.ts';

/** The system's own, if there is one: what a version manager puts before it starts a shell first. */
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

export const poplib: Client = {
  name: 'poplib',
  isSequential: true,
  fidelity: 'octets',
  lack: () => lackOf(PYTHON),
  prepare: async (folder, { host, port, user, password, caFile }) => {
    await mkdir(join(folder, 'mail'), { recursive: true });
    const script = join(import.meta.dirname, 'poplib-client.py');
    return {
      program: PYTHON,
      args: [script, host, String(port), user, folder, ...(caFile === undefined ? [] : [caFile])],
      env: { POP3_PASSWORD: password },
    };
  },
  stored: (folder) => filesBelow(join(folder, 'mail')),
  prime: async (folder, _target, uidls) => {
    await writePrivate(folder, 'known', `${uidls.join('\n')}\n`);
  },
};
