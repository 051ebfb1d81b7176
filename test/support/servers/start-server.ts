// Starts one real server in a folder and a view of its own, waits until it greets, and removes all of it afterwards.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificates } from '../certificates.ts';
import { findFreePorts } from './free-ports.ts';
import { endView, hasEnded, startInView } from './private-view.ts';
import type { PrivateView } from './private-view.ts';
import { HOST, PASSWORD } from './real-server.ts';
import type { Mailboxes, RunningServer, StartOptions } from './real-server.ts';
import { unpackedFolder } from './server-packages.ts';
import type { PackagedServer } from './server-packages.ts';

/** What a server's files and command are made from. */
export interface Setting {
  readonly view: PrivateView;
  /** Outside: /srv of the view. */
  readonly folder: string;
  readonly port: number;
  readonly tlsPort: number;
  /** A third one, for what a server needs for itself. */
  readonly ownPort: number;
  readonly users: readonly string[];
  readonly mailboxes: Mailboxes;
  readonly password: string;
  /** Further lines for the configuration. */
  readonly settings: readonly string[];
}

export interface Recipe {
  /** Whose packages; `undefined`: the machine has the program. */
  readonly packages: PackagedServer | undefined;
  readonly tls: boolean;
  readonly writable?: readonly string[];
  /** Writes configuration and mail. */
  prepare(setting: Setting): Promise<void>;
  /** Run in the view; stays in the foreground. */
  command(setting: Setting): readonly string[];
  /** Once it greets. */
  finish?(setting: Setting): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const GREETING_TIMEOUT_MS = 2_000;
const POLL_MS = 50;
/** Between choosing a free port and listening on it, another process can take it. */
const START_ATTEMPTS = 3;

export async function startServer(recipe: Recipe, options: StartOptions): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(recipe, options);
    } catch (error) {
      if (attempt === START_ATTEMPTS || !/in use|EADDRINUSE/i.test(String(error))) throw error;
    }
  }
}

async function startOnce(recipe: Recipe, options: StartOptions): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), 'mailferry-server-'));
  let child: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (child) await endView(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const setting = await makeSetting(folder, recipe, options);
    await recipe.prepare(setting);
    child = await startInView(setting.view, recipe.command(setting));
    await untilReady(child, setting, recipe);
    await recipe.finish?.(setting);
    return running(setting, recipe, stop);
  } catch (error) {
    const words = await readFile(join(folder, 'output'), 'utf8').catch(() => '');
    await stop();
    throw new Error(`the server did not start: ${String(error)} ${words.trim()}`, { cause: error });
  }
}

async function makeSetting(folder: string, recipe: Recipe, options: StartOptions): Promise<Setting> {
  await chmod(folder, 0o755);
  for (const name of ['etc', 'var', 'run', 'tls']) await mkdir(join(folder, name));
  for (const path of recipe.writable ?? []) await mkdir(join(folder, path), { recursive: true });
  await writeCertificates(join(folder, 'tls'));
  const [port = 0, tlsPort = 0, ownPort = 0] = await findFreePorts(3);
  const unpacked = recipe.packages && unpackedFolder(recipe.packages);
  return {
    view: { folder, unpacked, writable: recipe.writable ?? [] },
    folder,
    port,
    tlsPort,
    ownPort,
    users: Object.keys(options.mailboxes),
    mailboxes: options.mailboxes,
    password: PASSWORD,
    settings: options.settings ?? [],
  };
}

/** Readable by everybody: a key that signs nothing for longer than a test. */
async function writeCertificates(folder: string): Promise<void> {
  const made = await makeCertificates({ names: ['localhost'], ips: [HOST] });
  await writeFile(join(folder, 'ca.crt'), made.caPem);
  await writeFile(join(folder, 'server.crt'), made.certificatePem);
  await writeFile(join(folder, 'server.key'), made.keyPem);
  await writeFile(join(folder, 'server.pem'), made.keyPem + made.certificatePem);
}

function running(setting: Setting, recipe: Recipe, stop: () => Promise<void>): RunningServer {
  const { folder, port, tlsPort, password } = setting;
  return {
    host: HOST,
    port,
    tlsPort: recipe.tls ? tlsPort : undefined,
    password,
    caFile: join(folder, 'tls/ca.crt'),
    folder,
    output: () => readFile(join(folder, 'output'), 'utf8'),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function untilReady(child: ChildProcess, setting: Setting, recipe: Recipe): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  const isReady = async (): Promise<boolean> =>
    (await hears(setting.port, 'greeting')) && (!recipe.tls || (await hears(setting.tlsPort, 'connect')));
  while (!(await isReady())) {
    if (hasEnded(child)) throw new Error(`it ended with code ${child.exitCode ?? child.signalCode}`);
    if (Date.now() > deadline) throw new Error(`no greeting after ${START_TIMEOUT_MS} ms`);
    await sleep(POLL_MS);
  }
}

async function hears(port: number, what: 'greeting' | 'connect'): Promise<boolean> {
  const socket = connect(port, HOST);
  try {
    const signal = AbortSignal.timeout(GREETING_TIMEOUT_MS);
    if (what === 'connect') await once(socket, 'connect', { signal });
    else if (!String(await once(socket, 'data', { signal })).startsWith('+OK')) return false;
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
