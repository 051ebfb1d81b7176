// The processes of one environment: signalled together, measured together, and ended when this process ends, however it ends.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** @param group its number; nothing happens if all of it is gone */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/**
 * Ends the group by force when this process is gone, which a stopped process could not notice by itself.
 * To be disposed once the group has ended: its number may then be another's.
 */
export function endWithUs(group: number): Disposable {
  const guard = spawn('/bin/sh', ['-c', `read -r _; kill -9 -${group}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.stdin?.on('error', () => undefined);
  guard.on('error', () => signalGroup(group, 'SIGKILL'));
  guard.unref();
  return { [Symbol.dispose]: () => void guard.kill('SIGKILL') };
}

/** Memory of a process and all it has started, in octets: what is its own, and what it has of files once. 0 when it is gone. */
export function memoryOfTree(pid: number): number {
  let ownKb = 0;
  let fileKb = 0;
  for (const one of treeOf(pid)) {
    const status = readProc(`${one}/status`);
    ownKb += kilobytes(status, 'RssAnon') + kilobytes(status, 'RssShmem');
    fileKb = Math.max(fileKb, kilobytes(status, 'RssFile'));
  }
  return (ownKb + fileKb) * 1024;
}

/** Processor time of a process and all it has started that still runs, in milliseconds; coarse: in hundredths of a second. */
export function processorTimeOfTree(pid: number): number {
  let ticks = 0;
  for (const one of treeOf(pid)) {
    // `pid (name) state ...`: the name may hold anything, also a closing parenthesis.
    const stat = readProc(`${one}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[USER_TICKS] ?? 0) + Number(fields[SYSTEM_TICKS] ?? 0);
  }
  return ticks * TICK_MS;
}

/** Counted from the state, which is the third field of the line. */
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;
/** Of USER_HZ, which is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

function* treeOf(pid: number): Generator<number> {
  yield pid;
  for (const thread of listProc(`${pid}/task`)) {
    const children = readProc(`${pid}/task/${thread}/children`).split(' ').filter(Boolean);
    for (const child of children) yield* treeOf(Number(child));
  }
}

function kilobytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}

function listProc(path: string): readonly string[] {
  try {
    return readdirSync(`/proc/${path}`);
  } catch {
    return [];
  }
}
