// The bare client (bare-session.ts) as a program: `node-files` writes each message into a file and forgets it, which is what Node
// can do at best; `node-discard` keeps nothing at all; `node-uidl` reads a listing.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow, type Client } from './client.ts';

export const nodeFiles = bareClient('files');
export const nodeDiscard = bareClient('discard');
export const nodeUidl = bareClient('uidl');

function bareClient(mode: 'files' | 'discard' | 'uidl'): Client {
  return {
    name: `node-${mode}`,
    isSequential: false,
    fidelity: 'octets',
    lack: () => undefined,
    prepare: async (folder, { host, port, user, password, caFile }) => {
      await mkdir(join(folder, 'mail'), { recursive: true });
      const script = join(import.meta.dirname, 'bare-client.ts');
      return {
        program: process.execPath,
        args: [script, mode, host, String(port), user, folder, ...(caFile === undefined ? [] : [caFile])],
        env: { POP3_PASSWORD: password },
      };
    },
    stored: (folder) => filesBelow(join(folder, 'mail')),
  };
}
