// A real Dovecot with one made mailbox, as fast as it gets: many messages in one file, nothing synced, everything read once
// before anybody is measured.

import { execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { makeCertificates } from '../../test/support/certificates.ts';
import { dovecotConfig, passwordFile, type DovecotSettings } from '../../test/support/dovecot-config.ts';
import { findDovecotLack } from '../../test/support/dovecot-presence.ts';
import { startMaster, stopMaster } from '../../test/support/dovecot-process.ts';
import { MailboxFacts } from '../mailbox/mailbox-facts.ts';
import { fetchAll } from '../clients/bare-session.ts';

export interface MailServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** TLS from the first octet. */
  readonly tlsPort: number;
  readonly user: string;
  readonly password: string;
  /** PEM of the authority behind its certificate. */
  readonly caFile: string;
  readonly mailbox: MailboxFacts;
}

const DOVEADM = '/usr/bin/doveadm';
const USER = 'owner';
const PASSWORD = 'pass';
/** Addresses that a tunnel may give the server's end: see network/tunnel.ts. */
const ADDRESSES = ['127.0.0.1'] as const;

/** @param folder empty and its own; the server keeps the mail below it. @throws Error if there is no Dovecot here */
export async function startDovecotMailbox(
  folder: string,
  mail: Iterable<Buffer>,
  addresses: readonly string[] = ADDRESSES,
): Promise<MailServer> {
  const lack = findDovecotLack();
  if (lack !== undefined) throw new Error(`these rows need a Dovecot 2.3: ${lack}`);
  const settings = await prepare(folder, addresses);
  const mailbox = await writeMail(settings, mail);
  const master = await startMaster(settings);
  try {
    await takeIn(settings);
    // Read once, so that all of it is in memory for everybody.
    await fetchAll(
      { host: '127.0.0.1', port: settings.port, user: USER, password: PASSWORD },
      () => undefined,
    );
    return running(settings, master, mailbox);
  } catch (error) {
    await stopMaster(master);
    throw error;
  }
}

function running(settings: DovecotSettings, master: ChildProcess, mailbox: MailboxFacts): MailServer {
  const { folder, port, tlsPort } = settings;
  return {
    host: '127.0.0.1',
    port,
    tlsPort,
    user: USER,
    password: PASSWORD,
    caFile: join(folder, 'ca.crt'),
    mailbox,
    [Symbol.asyncDispose]: async () => {
      await stopMaster(master);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function prepare(folder: string, addresses: readonly string[]): Promise<DovecotSettings> {
  const isRoot = process.getuid?.() === 0;
  const idOf = (flag: string): number =>
    Number(execFileSync('id', isRoot ? [flag, 'nobody'] : [flag], { encoding: 'utf8' }));
  const settings: DovecotSettings = {
    folder,
    port: await freePort(),
    tlsPort: await freePort(),
    user: USER,
    password: PASSWORD,
    otherUsers: [],
    tls: 'yes',
    lockSessions: false,
    uid: idOf('-u'),
    gid: idOf('-g'),
  };
  for (const name of ['run', 'state', 'mail']) await mkdir(join(folder, name), { recursive: true });
  const made = await makeCertificates({ names: ['localhost'], ips: [...addresses] });
  await writeFile(join(folder, 'ca.crt'), made.caPem);
  await writeFile(join(folder, 'server.crt'), made.certificatePem);
  await writeFile(join(folder, 'server.key'), made.keyPem);
  await writeFile(join(folder, 'passwd'), passwordFile(settings));
  await writeFile(join(folder, 'dovecot.conf'), configOf(settings, addresses));
  await chmod(folder, 0o755);
  if (isRoot) execFileSync('chown', ['-R', `${settings.uid}:${settings.gid}`, folder]);
  return settings;
}

/** Of a setting that is there twice the last one counts. */
function configOf(settings: DovecotSettings, addresses: readonly string[]): string {
  return `${dovecotConfig(settings)}
listen = ${addresses.join(', ')}
mail_location = mdbox:${join(settings.folder, 'mail/%u')}
mail_save_crlf = yes
mail_fsync = never
mdbox_rotate_size = 64M
mail_max_userip_connections = 100
`;
}

/** Into a Maildir, which is gone when the server has taken it in. */
async function writeMail(settings: DovecotSettings, mail: Iterable<Buffer>): Promise<MailboxFacts> {
  const facts = new MailboxFacts();
  const source = sourceOf(settings);
  for (const part of ['cur', 'new', 'tmp']) await mkdir(join(source, part), { recursive: true });
  for (const message of mail) {
    facts.add(message);
    const { length } = message;
    const name = `${1_700_000_000 + facts.count}.M1P1.bench,S=${length},W=${length}:2,`;
    await writeFile(join(source, 'cur', name), message);
  }
  if (process.getuid?.() === 0) {
    execFileSync('chown', ['-R', `${settings.uid}:${settings.gid}`, source]);
  }
  return facts;
}

async function takeIn(settings: DovecotSettings): Promise<void> {
  const source = sourceOf(settings);
  const config = join(settings.folder, 'dovecot.conf');
  execFileSync(DOVEADM, ['-c', config, 'import', '-u', USER, `maildir:${source}`, '', 'all']);
  await rm(source, { recursive: true });
}

function sourceOf({ folder }: DovecotSettings): string {
  return join(folder, 'source');
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('the probe listens on no port');
  return address.port;
}
