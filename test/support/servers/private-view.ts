// A program in a view of the machine of its own: unpacked packages over /usr and /etc, one folder as /srv, /var and /run.
// Private mounts, process ids and IPC: nothing of the machine is changed, and the kernel ends every process in it with the
// first one, or when this process dies.

import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface PrivateView {
  /** Seen as /srv. Its `etc` lies over /etc, its `var` and `run` are /var and /run. */
  readonly folder: string;
  /** The root of unpacked packages; `undefined` for programs that the machine itself has. */
  readonly unpacked: string | undefined;
  /** Folders that a program writes to, seen at these paths: `etc/courier` of the folder at /etc/courier. */
  readonly writable: readonly string[];
}

const UNSHARE = ['--mount', '--pid', '--ipc', '--fork', '--kill-child', '--mount-proc'];

/** $1 the folder, $2 the unpacked packages or nothing, $3 the writable folders, then the command. */
const SET_UP = `set -e
mount --bind "$1" /srv
etc=/srv/etc
if [ -n "$2" ]; then
  mount --bind "$2" /mnt
  mount -t overlay -o ro,lowerdir=/mnt/usr:/usr overlay /usr
  etc=/srv/etc:/mnt/etc
fi
mount -t overlay -o ro,lowerdir=$etc:/etc overlay /etc
mount --bind /srv/var /var
mount --bind /srv/run /run
for path in $3; do mount --bind "/srv$path" "$path"; done
shift 3
cd /
exec "$@"`;

/** Drops root for the rest of the command. */
export const AS_NOBODY = ['/usr/bin/setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'] as const;

/** Runs a command to its end. @returns its stdout @throws with its own words when it fails */
export async function runInView(view: PrivateView, command: readonly string[]): Promise<string> {
  const [program, ...args] = commandLine(view, command);
  const { stdout } = await promisify(execFile)(program, args, { timeout: 60_000, killSignal: 'SIGKILL' });
  return stdout;
}

/** Its output goes to `output` in the view's folder. End it with `endView`. */
export async function startInView(view: PrivateView, command: readonly string[]): Promise<ChildProcess> {
  const output = await open(join(view.folder, 'output'), 'a');
  try {
    const [program, ...args] = commandLine(view, command);
    const child = spawn(program, args, { stdio: ['ignore', output.fd, output.fd] });
    await once(child, 'spawn');
    return child;
  } finally {
    await output.close();
  }
}

/** Resolves when no process of the view is left. Safe to repeat. */
export async function endView(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const ended = once(child, 'exit');
  // The first process of the view takes all others with it; its parent ends when they are gone.
  const first = firstProcessOf(child.pid);
  if (first === undefined) child.kill('SIGKILL');
  else process.kill(first, 'SIGKILL');
  await ended;
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** setpriv has the kernel end the view's parent with this process, and that ends the view. */
function commandLine(
  { folder, unpacked, writable }: PrivateView,
  command: readonly string[],
): [string, ...string[]] {
  const setUp = ['/bin/sh', '-c', SET_UP, 'view', folder, unpacked ?? '', writable.join(' ')];
  return ['/usr/bin/setpriv', '--pdeathsig=KILL', '/usr/bin/unshare', ...UNSHARE, ...setUp, ...command];
}

function firstProcessOf(pid: number): number | undefined {
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return first ? Number(first) : undefined;
  } catch {
    return undefined;
  }
}
