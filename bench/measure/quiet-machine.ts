// What the machine is, and whether anything else is at work on it: a figure taken beside other work is worth little.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 300;
const QUIET_CORES = 0.2;

/**
 * Writes out what earlier runs left unwritten on the disk of `folder`, and waits until nobody computes, but not for ever.
 * @param longestMs 0: neither
 * @returns how many cores were busy at the last look
 */
export async function waitForQuiet(folder: string, longestMs: number): Promise<number> {
  if (longestMs === 0) return 0;
  execFileSync('sync', ['-f', folder]);
  const giveUpAt = performance.now() + longestMs;
  for (;;) {
    const before = busyMs();
    const from = performance.now();
    await sleep(LOOK_MS);
    const busyCores = (busyMs() - before) / (performance.now() - from);
    if (busyCores < QUIET_CORES || performance.now() > giveUpAt) return busyCores;
  }
}

export interface MachineFacts {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
}

export function machineFacts(): MachineFacts {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `Linux ${release()}`,
    node: process.version,
  };
}

/** Of all processors together, since the start of the machine. */
function busyMs(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = readFileSync(
    '/proc/stat',
    'utf8',
  )
    .split('\n', 1)
    .join('')
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * 10;
}
