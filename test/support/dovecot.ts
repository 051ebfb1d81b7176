// One real Dovecot in a temporary folder, without privileges, on free loopback ports. Never outlives the process that started it.

import { execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificates, type CertificateRequest } from './certificates.ts';
import { dovecotConfig, passwordFile, type DovecotSettings } from './dovecot-config.ts';
import { startMaster, stopMaster } from './dovecot-process.ts';
import { deliverTo, writeMaildir, type LoadedMessage } from './maildir.ts';

export interface DovecotOptions {
  readonly messages: readonly LoadedMessage[];
  /** Further users with a mailbox each, by name; all have the same password. */
  readonly others?: ReadonlyMap<string, readonly LoadedMessage[]>;
  /** What the server's certificate is good for. Default: `localhost` and `127.0.0.1`. */
  readonly certificate?: CertificateRequest;
  /** `no`: the server refuses STLS. Default `yes`. */
  readonly tls?: 'yes' | 'no';
  /** Refuse a second session while one has the maildrop open. Default: as Dovecot comes, any number. */
  readonly lockSessions?: boolean;
}

/** What the server says it sent in one session that has ended. */
interface DovecotSession {
  readonly retrieved: number;
  /** Octets of the retrieved messages. */
  readonly octets: number;
}

export interface RunningDovecot {
  readonly host: string;
  /** Plain, with STLS. */
  readonly port: number;
  /** TLS from the first octet. */
  readonly tlsPort: number;
  readonly user: string;
  readonly password: string;
  /** PEM of the only authority that signed the server's certificate. */
  readonly caFile: string;
  /** New mail, listed behind all that was there before. */
  deliver(messages: readonly LoadedMessage[]): Promise<void>;
  log(): Promise<string>;
  /** The sessions so far, oldest first, once the server has noticed the end of every one. */
  sessions(): Promise<readonly DovecotSession[]>;
  /** Ends every process of the server and removes its folder. Safe to repeat. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const USER = 'alice';
/** RFC 1939 section 7 (PASS): a password may contain spaces. */
const PASSWORD = 's3cret pass';
const HOST = '127.0.0.1';
const SESSIONS_TIMEOUT_MS = 10_000;
/** Between choosing a free port and listening on it, another process can take it. */
const START_ATTEMPTS = 3;

/** The caller owns the server: `await using`, or `stop()` in a `finally`. */
export async function startDovecot(options: DovecotOptions): Promise<RunningDovecot> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnFreePorts(options);
    } catch (error) {
      if (attempt === START_ATTEMPTS || !String(error).includes('in use')) throw error;
    }
  }
}

async function startOnFreePorts(options: DovecotOptions): Promise<RunningDovecot> {
  const folder = await mkdtemp(join(tmpdir(), 'mailferry-dovecot-'));
  try {
    const settings = await prepareFolder(folder, options);
    const master = await startMaster(settings);
    return runningDovecot(settings, master);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function runningDovecot(settings: DovecotSettings, master: ChildProcess): RunningDovecot {
  const { folder } = settings;
  const log = (): Promise<string> => readFile(join(folder, 'dovecot.log'), 'utf8');
  const stop = async (): Promise<void> => {
    await stopMaster(master);
    await rm(folder, { recursive: true, force: true });
  };
  return {
    host: HOST,
    port: settings.port,
    tlsPort: settings.tlsPort,
    user: USER,
    password: PASSWORD,
    caFile: join(folder, 'ca.crt'),
    deliver: async (messages) => {
      await deliverTo(maildirOf(folder), messages);
      giveToServer(settings, maildirOf(folder));
    },
    log,
    sessions: () => readSessions(log),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function prepareFolder(folder: string, options: DovecotOptions): Promise<DovecotSettings> {
  const root = process.getuid?.() === 0;
  const uid = root
    ? Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }))
    : Number(process.getuid?.());
  const gid = root
    ? Number(execFileSync('id', ['-g', 'nobody'], { encoding: 'utf8' }))
    : Number(process.getgid?.());
  const [port, tlsPort] = await findFreePorts();
  const { tls = 'yes', lockSessions = false } = options;
  const account = { user: USER, password: PASSWORD };
  const others = options.others ?? new Map<string, readonly LoadedMessage[]>();
  const otherUsers = [...others.keys()];
  const ports = { port, tlsPort };
  const settings = { folder, ...ports, ...account, otherUsers, tls, lockSessions, uid, gid };
  await writeMaildir(maildirOf(folder), options.messages);
  for (const [user, messages] of others) await writeMaildir(maildirOf(folder, user), messages);
  for (const name of ['run', 'state']) await mkdir(join(folder, name));
  await writeCertificates(folder, options.certificate ?? { names: ['localhost'], ips: [HOST] });
  await writeFile(join(folder, 'passwd'), passwordFile(settings));
  await writeFile(join(folder, 'dovecot.conf'), dovecotConfig(settings));
  await writeFile(join(folder, 'dovecot.log'), '');
  await chmod(folder, 0o755);
  giveToServer(settings, folder);
  return settings;
}

function maildirOf(folder: string, user = USER): string {
  return join(folder, 'mail', user, 'Maildir');
}

function giveToServer({ uid, gid }: DovecotSettings, path: string): void {
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', `${uid}:${gid}`, path]);
}

async function writeCertificates(folder: string, request: CertificateRequest): Promise<void> {
  const made = await makeCertificates(request);
  await writeFile(join(folder, 'ca.crt'), made.caPem);
  await writeFile(join(folder, 'server.crt'), made.certificatePem);
  await writeFile(join(folder, 'server.key'), made.keyPem);
}

async function findFreePorts(): Promise<[number, number]> {
  const probes = [createServer(), createServer()] as const;
  try {
    for (const probe of probes) {
      probe.listen(0, HOST);
      await once(probe, 'listening');
    }
    return [portOf(probes[0].address()), portOf(probes[1].address())];
  } finally {
    for (const probe of probes) probe.close();
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the probe listens on no port');
  return address.port;
}

// A session's last line is written when the server notices its end, which can be after the client has gone.
async function readSessions(log: () => Promise<string>): Promise<readonly DovecotSession[]> {
  const deadline = Date.now() + SESSIONS_TIMEOUT_MS;
  for (;;) {
    const text = await log();
    const logins = text.match(/pop3-login: Info: Login: /g)?.length ?? 0;
    const ends = [...text.matchAll(/ retr=(\d+)\/(\d+)/g)];
    if (ends.length === logins) {
      return ends.map(([, retrieved, octets]) => ({ retrieved: Number(retrieved), octets: Number(octets) }));
    }
    if (Date.now() > deadline) throw new Error(`${logins} sessions began, ${ends.length} ended: ${text}`);
    await sleep(25);
  }
}
