// Who works on an account, from the name it gave its lease: `<host>/<pid>/<run id>`.

import { decodeTime } from 'ulid';
import { formatTimeAndAge } from './format.ts';

/** `process 4711 on nas since 2026-11-23T10:00:00Z (3 min ago)`; a name of another form is shown as it is. */
export function describeLeaseOwner(owner: string, nowMs: number): string {
  const match = /^(.+)\/(\d+)\/([^/]+)$/.exec(owner);
  const startedAt = match?.[3] === undefined ? undefined : runStartOf(match[3]);
  if (!match || startedAt === undefined) return owner;
  return `process ${match[2]} on ${match[1]} since ${formatTimeAndAge(startedAt, nowMs)}`;
}

/** A ULID begins with its time. Epoch milliseconds. */
function runStartOf(runId: string): number | undefined {
  try {
    return decodeTime(runId);
  } catch {
    return undefined;
  }
}
