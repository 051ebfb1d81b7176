// getmail6, into a Maildir: a process a message, and the messages written anew.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { filesBelow, makeMaildir, writePrivate, type Client, type Target } from './client.ts';
import { lackOf } from './installed.ts';

export const getmail: Client = {
  name: 'getmail6',
  isSequential: true,
  fidelity: 'count',
  lack: () => lackOf('getmail') ?? lackOf('setpriv'),
  prepare: async (folder, target) => {
    await makeMaildir(folder);
    await writePrivate(folder, 'rc', configOf(folder, target));
    const call = ['getmail', '--getmaildir', folder, '--rcfile', join(folder, 'rc')];
    if (process.getuid?.() !== 0) return { program: 'getmail', args: call.slice(1) };
    // It writes no Maildir as root.
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }).trim(),
    );
    execFileSync('chown', ['-R', `${uid}:${gid}`, folder]);
    return {
      program: 'setpriv',
      args: [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--', ...call],
    };
  },
  stored: (folder) => filesBelow(join(folder, 'mail')),
};

function configOf(folder: string, { host, port, user, password, caFile }: Target): string {
  return `[retriever]
type = SimplePOP3${caFile === undefined ? '' : 'SSL'}Retriever
server = ${host}
port = ${port}
username = ${user}
password = ${password}
timeout = 600
[destination]
type = Maildir
path = ${join(folder, 'mail')}/
[options]
read_all = false
delete = false
verbose = 0
delivered_to = false
received = false
`;
}
