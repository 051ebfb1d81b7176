// The processes of one throwaway Dovecot: start, wait until it answers, end all of them. Never leaves one behind.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DOVECOT_BINARY } from './dovecot-presence.ts';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;
const GREETING_TIMEOUT_MS = 2_000;
const POLL_MS = 25;

export interface DovecotIdentity {
  readonly folder: string;
  readonly port: number;
  readonly uid: number;
  readonly gid: number;
}

/** Resolves when the server greets. @throws Error with the server's own words when it does not start. */
export async function startMaster(identity: DovecotIdentity): Promise<ChildProcess> {
  const output = await open(join(identity.folder, 'stderr'), 'w');
  try {
    const [program, ...args] = commandLine(identity);
    // A group of its own, so that one signal reaches the whole tree.
    const master = spawn(program, args, { stdio: ['ignore', output.fd, output.fd], detached: true });
    const killNow = (): void => signalGroup(master, 'SIGKILL');
    process.once('exit', killNow);
    master.once('exit', () => process.removeListener('exit', killNow));
    try {
      await waitForGreeting(master, identity.port);
      return master;
    } catch (error) {
      await stopMaster(master);
      throw new Error(`Dovecot did not start: ${await readWords(identity.folder)}`, { cause: error });
    }
  } finally {
    await output.close();
  }
}

/** Ends the whole tree, by force after a while. Safe to repeat. */
export async function stopMaster(master: ChildProcess): Promise<void> {
  if (hasEnded(master)) return;
  const ended = once(master, 'exit');
  signalGroup(master, 'SIGTERM');
  const patience = new AbortController();
  const force = sleep(STOP_TIMEOUT_MS, undefined, { signal: patience.signal }).then(
    () => signalGroup(master, 'SIGKILL'),
    () => undefined,
  );
  try {
    await ended;
  } finally {
    patience.abort();
    await force;
  }
}

/** setpriv drops root, and has the kernel end the server should this process be killed before it can. */
function commandLine({ folder, uid, gid }: DovecotIdentity): [string, ...string[]] {
  const dovecot = [DOVECOT_BINARY, '-F', '-c', join(folder, 'dovecot.conf')] as const;
  if (!existsSync('/usr/bin/setpriv')) return [...dovecot];
  const drop = process.getuid?.() === 0 ? [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] : [];
  return ['/usr/bin/setpriv', '--pdeathsig=TERM', ...drop, ...dovecot];
}

async function waitForGreeting(master: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isGreeted(port))) {
    if (hasEnded(master)) throw new Error(`it ended with code ${master.exitCode ?? master.signalCode}`);
    if (Date.now() > deadline) throw new Error(`no greeting on port ${port} after ${START_TIMEOUT_MS} ms`);
    await sleep(POLL_MS);
  }
}

async function isGreeted(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    const [chunk] = await once(socket, 'data', { signal: AbortSignal.timeout(GREETING_TIMEOUT_MS) });
    return String(chunk).startsWith('+OK');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function readWords(folder: string): Promise<string> {
  const texts = ['stderr', 'dovecot.log'].map((name) => readFile(join(folder, name), 'utf8').catch(() => ''));
  return (await Promise.all(texts)).join('').trim();
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function signalGroup(master: ChildProcess, signal: NodeJS.Signals): void {
  if (master.pid === undefined) return;
  try {
    process.kill(-master.pid, signal);
  } catch {
    // The group is gone already.
  }
}
