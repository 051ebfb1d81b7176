// `npm run demo`: a mailbox on this machine, and the built command that imports it into ./demo-archive.
// Never touches the network beyond 127.0.0.1, nor a file outside ./demo-archive.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { makeCertificates } from './certificates.ts';
import { readDemoMailbox, readLetter } from './demo-mailbox.ts';
import { startPop3Server } from './pop3-server.ts';

const ROOT = join(import.meta.dirname, '../..');
const ARCHIVE = join(ROOT, 'demo-archive');
const COMMAND = join(ROOT, 'dist/cli/mailferry.mjs');
const USER = 'demo@example.com';
const PASSWORD_VARIABLE = 'MAILFERRY_DEMO_PASSWORD';
/** It is good for one mailbox, on one port, on this machine, for a few seconds. */
const PASSWORD = 'not much of a secret';
/** The letter to look at first: several parts, and a PDF. */
const SHOWPIECE = '03-invoice.eml';

process.exitCode = await runDemo();

async function runDemo(): Promise<number> {
  const isFirst = !existsSync(join(ARCHIVE, 'raw'));
  const certificate = await makeCertificates({ names: ['localhost'], ips: ['127.0.0.1'] });
  const maildrop = await readDemoMailbox();
  const server = await startPop3Server({
    maildrop,
    user: USER,
    password: PASSWORD,
    tls: 'implicit',
    certificate,
  });
  try {
    await writeConfig(server.port, certificate.caPem);
    say(`A mailbox with ${maildrop.length} letters is open on 127.0.0.1:${server.port}, over TLS.`);
    const args = ['import', '--config', relative(process.cwd(), join(ARCHIVE, 'mailferry.yaml'))];
    say(`$ mailferry ${args.join(' ')}\n`);
    const exitCode = await runCommand(args);
    if (exitCode === 0) await sayWhatToLookAt(isFirst);
    return exitCode;
  } finally {
    await server.close();
  }
}

async function writeConfig(port: number, caPem: string): Promise<void> {
  await mkdir(ARCHIVE, { recursive: true });
  await writeFile(join(ARCHIVE, 'ca.pem'), caPem);
  const lines = [
    '# Written by `npm run demo`; the port and the certificate authority are new each time.',
    'archive: .',
    'accounts:',
    '  - id: demo',
    '    host: localhost',
    `    port: ${port}`,
    '    tls: implicit',
    '    caFile: ca.pem',
    '    allowPrivateNetwork: true',
    `    user: ${USER}`,
    `    auth: { password: env:${PASSWORD_VARIABLE} }`,
    '',
  ];
  await writeFile(join(ARCHIVE, 'mailferry.yaml'), lines.join('\n'));
}

/** Its exit code; 1 if a signal ended it. */
async function runCommand(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    stdio: 'inherit',
    env: { ...process.env, [PASSWORD_VARIABLE]: PASSWORD },
  });
  // Ctrl-C reaches both processes; the child ends in good order, and this one after it.
  const leaveToChild = (): void => {};
  process.on('SIGINT', leaveToChild);
  try {
    await once(child, 'exit');
  } finally {
    process.off('SIGINT', leaveToChild);
    child.kill();
  }
  return child.exitCode ?? 1;
}

async function sayWhatToLookAt(isFirst: boolean): Promise<void> {
  const sha256 = createHash('sha256')
    .update(await readLetter(SHOWPIECE))
    .digest('hex');
  const files = await readdir(ARCHIVE, { recursive: true });
  const find = (folder: string, ending: string): string =>
    files.filter((file) => file.startsWith(folder) && file.endsWith(ending)).map(inArchive)[0] ??
    '(not there)';
  say('\nWhat to look at next:');
  say(`  a letter as it was sent     ${find('raw', `${sha256}.eml`)}`);
  say(`  the same letter, parsed     ${find('parsed', `${sha256}.json`)}`);
  say(`  what the letters carried    ${inArchive('attachments')}`);
  say(`  how the import was set up   ${inArchive('mailferry.yaml')}`);
  if (isFirst) say('\nRun `npm run demo` again: the same mailbox, and nothing new in it.');
  else say('\nDelete the folder demo-archive to start over.');
}

function inArchive(path: string): string {
  return relative(process.cwd(), join(ARCHIVE, path));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
