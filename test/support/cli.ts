// The built command line as users run it: a child process with a small environment. Never imports the product.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

/** What `bin` in package.json names. */
export const CLI_PATH = resolve(import.meta.dirname, '../../dist/cli/mailferry.mjs');

/** Its compiled code is kept here, and not in the home of who runs the tests. */
export const CACHE_FOLDER = resolve(import.meta.dirname, '../../node_modules/.cache');

export interface CliIdentity {
  readonly uid: number;
  readonly gid: number;
}

export interface CliOptions {
  /** Added to a minimal environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Run as this user instead; needs root. */
  readonly identity?: CliIdentity | undefined;
}

export interface CliResult {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  /** Also the number of the process group that it and its children form. */
  readonly pid: number;
  /** Resolves when the process has ended, and everything that held its output too. */
  readonly result: Promise<CliResult>;
  /** False once the process has ended. */
  isAlive(): boolean;
  /** SIGKILL to this one process, as the kernel would: its children have to notice by themselves. */
  killHard(): void;
}

/** Start `mailferry` with the arguments. The caller awaits `result`; nothing of it outlives the caller. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  if (!existsSync(CLI_PATH)) throw new Error(`${CLI_PATH} is missing: run \`npm run build\` first`);
  const child = spawn(process.execPath, [CLI_PATH, ...args], {
    env: { PATH: process.env['PATH'] ?? '', XDG_CACHE_HOME: CACHE_FOLDER, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...options.identity,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${process.execPath} could not be started`);
  const endGroup = (): void => killIfThere(-pid);
  process.once('exit', endGroup);
  return {
    pid,
    result: collect(child).finally(() => process.removeListener('exit', endGroup)),
    isAlive: () => child.exitCode === null && child.signalCode === null,
    killHard: () => killIfThere(pid),
  };
}

/** Run `mailferry` to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return await startCli(args, options).result;
}

async function collect(child: ChildProcess): Promise<CliResult> {
  const ending = new Promise<Pick<CliResult, 'exitCode' | 'signal'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const readAll = async (stream: ChildProcess['stdout']): Promise<string> =>
    stream === null ? '' : await text(stream);
  const [ended, stdout, stderr] = await Promise.all([ending, readAll(child.stdout), readAll(child.stderr)]);
  return { ...ended, stdout, stderr };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
