// Mailferry as it is built, into a folder with durable commits. `mailferry` is the command and parses too; `mailferry-raw` leaves
// parsing out, like all the others; `mailferry-discard` keeps nothing either.

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { filesBelow, type Client, type Target } from './client.ts';
import { primeLedger } from './prime-ledger.ts';

/** Where the archive is, other than in the client's own folder. */
export interface Place {
  readonly archive: string;
  readonly env: Readonly<Record<string, string>>;
}

export const ACCOUNT = 'bench';
/** MAILFERRY_BENCH_DIST: another build than the one in `dist`, to compare two of them in one run. */
const DIST = resolve(process.env['MAILFERRY_BENCH_DIST'] ?? join(import.meta.dirname, '../../dist'));
/** By kind: how the command goes on, after Node. */
const PROGRAMS = {
  parsing: (config: string) => [MAIN, 'import', '--config', config, '--json'],
  raw: (config: string) => [join(import.meta.dirname, 'raw-import.ts'), DIST, config],
  discard: (config: string) => [join(import.meta.dirname, 'discard-import.ts'), DIST, config],
};
const MAIN = join(DIST, 'cli/mailferry.mjs');

export const mailferry = importer('mailferry', 'parsing');
export const mailferryRaw = importer('mailferry-raw', 'raw');
/** Keeps nothing at all. */
export const mailferryDiscard = importer('mailferry-discard', 'discard');

/** The same into S3, with the ledger in a file. */
export function mailferryInto(place: Place): Client {
  return importer('mailferry-s3', 'raw', place);
}

function importer(name: string, kind: keyof typeof PROGRAMS, place?: Place): Client {
  return {
    name,
    isSequential: false,
    fidelity: 'octets',
    lack: () => (existsSync(MAIN) ? undefined : `${DIST} has no build: npm run build`),
    prepare: async (folder, target) => {
      const config = join(folder, 'mailferry.yaml');
      await writeFile(config, JSON.stringify(configOf(target, place)));
      return {
        program: process.execPath,
        args: PROGRAMS[kind](config),
        env: { POP3_PASSWORD: target.password, ...place?.env },
      };
    },
    stored: (folder) => filesBelow(join(folder, 'archive/raw')),
    prime: async (folder, _target, uidls) =>
      await primeLedger(join(folder, 'archive/ledger.db'), ACCOUNT, uidls),
  };
}

function configOf({ host, port, user, caFile }: Target, place: Place | undefined): object {
  return {
    archive: place?.archive ?? './archive',
    ...(place && { ledger: './ledger.db' }),
    accounts: [
      {
        id: ACCOUNT,
        host,
        port,
        user,
        allowPrivateNetwork: true,
        auth: { password: 'env:POP3_PASSWORD' },
        limits: { messageBytes: '3GB', runMessages: 10_000_000, runBytes: '100GB' },
        ...(caFile === undefined ? { tls: 'none', insecure: true } : { tls: 'implicit', caFile }),
      },
    ],
  };
}
