// What the kernel says about running processes. Linux only: elsewhere `procSkip` says so.

import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** For `{ skip }`: `false` where /proc tells the memory of a process, else the reason. */
export function procSkip(): string | false {
  return existsSync('/proc/self/status') ? false : 'no /proc on this machine: memory cannot be measured';
}

/** The most memory a process has held at any time so far, in octets; `undefined` once it has ended. */
export function peakMemoryOctets(pid: number): number | undefined {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(pid, 'status'))?.[1];
  return peak === undefined ? undefined : Number(peak) * 1024;
}

/** The processes of a process group that still run. */
export function processesOfGroup(group: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => isRunningIn(group, pid));
}

function isRunningIn(group: number, pid: number): boolean {
  // `pid (name) state parent group ...`: the name may hold anything, also a closing parenthesis.
  const stat = readProc(pid, 'stat');
  const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(pgrp) === group && state !== 'Z';
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
