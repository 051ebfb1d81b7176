// Who works on an account, on one machine: `<host>/<pid>/<run id>`, so that what a dead process held can be taken over.

import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isProcessGone } from '../spool/process-gone.ts';
import { safeHost } from '../spool/temp-file-name.ts';

const OWNER = /^(?<host>[A-Za-z0-9._-]+)\/(?<pid>\d{1,10})\//;

/** `<host>/<pid>` of this process: a run's owner is this, `/` and its run id. */
export function localOwnerName(): string {
  return `${localHost()}/${process.pid}`;
}

/** Whether the owner was a process of this host, and has certainly ended. An owner that cannot be judged is alive. */
export function isDeadOwner(owner: string): boolean {
  const groups = OWNER.exec(owner)?.groups;
  return groups?.['host'] === localHost() && isProcessGone(Number(groups['pid']));
}

/** The link of the first pid namespace of a Linux machine: every other one is a container's. */
const MACHINE_NAMESPACE = '4026531836';

/** Where pids mean the same. Containers can share the machine's host name and each count its own pids: theirs is added. */
function localHost(): string {
  const host = safeHost(hostname());
  const namespace = pidNamespace();
  return namespace === undefined || namespace === MACHINE_NAMESPACE ? host : `${host}.pids-${namespace}`;
}

/** `undefined` where there are none (not Linux). */
function pidNamespace(): string | undefined {
  try {
    return /^pid:\[(\d+)\]$/.exec(readlinkSync('/proc/self/ns/pid'))?.[1];
  } catch {
    return undefined;
  }
}
