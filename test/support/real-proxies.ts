// Real proxies on loopback: microsocks (SOCKS5) and tinyproxy (HTTP CONNECT). Neither outlives the process that started it.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MICROSOCKS, TINYPROXY } from './real-proxies-presence.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface RealProxy extends AsyncDisposable {
  readonly port: number;
}

export interface ProxyLogin {
  readonly user: string;
  readonly password: string;
}

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 20_000;
const POLL_MS = 20;

export async function startMicrosocks(login?: ProxyLogin): Promise<RealProxy> {
  const port = await freePort();
  const credentials = login ? ['-u', login.user, '-P', login.password] : [];
  return await start([MICROSOCKS, '-i', HOST, '-p', String(port), ...credentials], port, []);
}

export async function startTinyproxy(login?: ProxyLogin): Promise<RealProxy> {
  const port = await freePort();
  const folder = await temporaryFolder();
  const file = join(folder.path, 'tinyproxy.conf');
  const lines = [
    `Port ${port}`,
    `Listen ${HOST}`,
    `Allow ${HOST}`,
    'Timeout 600',
    'MaxClients 20',
    ...(login ? [`BasicAuth ${login.user} ${login.password}`] : []),
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return await start([TINYPROXY, '-d', '-c', file], port, [folder]);
}

/** Between choosing it and listening on it another process can take it: then the proxy does not start, and says so. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function start(
  command: readonly string[],
  port: number,
  owned: readonly AsyncDisposable[],
): Promise<RealProxy> {
  // Has the kernel end it should this process be killed before it can.
  const bound = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig=KILL'] : [];
  const [program = '', ...args] = [...bound, ...command];
  const child = spawn(program, args, { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    const ended = hasEnded(child) ? undefined : once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    for (const each of owned) await each[Symbol.asyncDispose]();
  };
  try {
    await waitForPort(child, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, [Symbol.asyncDispose]: stop };
}

async function waitForPort(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isOpen(port))) {
    if (hasEnded(child)) throw new Error(`the proxy ended with ${child.exitCode ?? child.signalCode}`);
    if (Date.now() > deadline) throw new Error(`nothing listens on ${port}`);
    await sleep(POLL_MS);
  }
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, HOST);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
