// One run of one program, and what it cost by the kernel's account. Linux only. Never two at once: the processor time of
// children is counted when they end, all together.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  /** Added to a small environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Measured {
  readonly wallMs: number;
  /** User and system, of the program and of all it waited for. */
  readonly cpuMs: number;
  /** The most memory that any one process of it held. */
  readonly peakOctets: number;
  /** The most that all of them held together, as seen now and then: what they share counts in each. */
  readonly peakSumOctets: number;
  /** The end of what it said. */
  readonly said: string;
}

const SAMPLE_MS = 10;
const CLOCK_TICK_MS = 10;
/** Enough for a report with a checksum for each of 10,000 messages. */
const SAID_CHARACTERS = 1_000_000;
const LAST_LINE_CHARACTERS = 300;

/** @param folder where it runs; its output goes to a file there. @throws Error with its last words when it fails or takes too long */
export async function runMeasured(call: ProgramCall, folder: string, timeoutMs: number): Promise<Measured> {
  const output = await open(join(folder, 'output'), 'w');
  const cpuBefore = childrenCpuMs();
  const began = performance.now();
  const child = spawn(call.program, call.args, {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, LANG: 'C.UTF-8', ...call.env },
    stdio: ['ignore', output.fd, output.fd],
    detached: true,
  });
  try {
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const memory = await watchMemory(child, ended, began + timeoutMs);
    const [code, signal] = await ended;
    const wallMs = memory.endedAt - began;
    const said = (await readFile(join(folder, 'output'), 'utf8')).slice(-SAID_CHARACTERS);
    if (code !== 0) throw new Error(`${call.program} ended with ${code ?? signal}: ${lastLine(said)}`);
    return { wallMs, cpuMs: childrenCpuMs() - cpuBefore, ...memory.peaks, said };
  } finally {
    killGroup(child);
    await output.close();
  }
}

function lastLine(said: string): string {
  return said.trim().split('\n').at(-1)?.slice(0, LAST_LINE_CHARACTERS) ?? '';
}

async function watchMemory(
  child: ChildProcess,
  ended: Promise<unknown>,
  deadline: number,
): Promise<{ endedAt: number; peaks: Pick<Measured, 'peakOctets' | 'peakSumOctets'> }> {
  const end = ended.then(() => performance.now());
  let peakOctets = 0;
  let peakSumOctets = 0;
  for (;;) {
    const endedAt = await Promise.race([end, sleep(SAMPLE_MS)]);
    if (endedAt !== undefined) return { endedAt, peaks: { peakOctets, peakSumOctets } };
    if (performance.now() > deadline) killGroup(child);
    const held = child.pid === undefined ? [] : memoryOfTree(child.pid);
    peakOctets = Math.max(peakOctets, ...held.map(({ peak }) => peak));
    peakSumOctets = Math.max(
      peakSumOctets,
      held.reduce((sum, { now }) => sum + now, 0),
    );
  }
}

interface Held {
  readonly now: number;
  readonly peak: number;
}

/** Of a process and all below it; nothing of those that have ended. */
function memoryOfTree(pid: number): Held[] {
  const status = readProc(`${pid}/status`);
  const octets = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024;
  const children = readProc(`${pid}/task/${pid}/children`).trim();
  const below = children === '' ? [] : children.split(' ').flatMap((child) => memoryOfTree(Number(child)));
  return [{ now: octets('VmRSS'), peak: octets('VmHWM') }, ...below];
}

/** Of the children of this process that have ended and were waited for, and of theirs. */
function childrenCpuMs(): number {
  // `pid (name) state ...`: the name may hold anything.
  const stat = readProc('self/stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * CLOCK_TICK_MS;
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}
