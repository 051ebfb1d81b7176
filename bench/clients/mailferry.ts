// Mailferry as it is built, into a folder with durable commits. `mailferry` is the command and parses too; `mailferry-raw` is the
// same with `parsing: later`, because the others do not parse; `mailferry-discard` keeps nothing either.

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
const MAIN = join(DIST, 'cli/mailferry.mjs');
/** How the programs go on, after Node. */
const IMPORT = (config: string): string[] => [MAIN, 'import', '--config', config, '--json'];
const DISCARD = (config: string): string[] => [join(import.meta.dirname, 'discard-import.ts'), DIST, config];

export const mailferry = importer('mailferry', { program: IMPORT, parsing: 'here' });
export const mailferryRaw = importer('mailferry-raw', { program: IMPORT, parsing: 'later' });
/** Keeps nothing at all. */
export const mailferryDiscard = importer('mailferry-discard', { program: DISCARD, parsing: 'later' });

/** The same into S3, with the ledger in a file. */
export function mailferryInto(place: Place): Client {
  return importer('mailferry-s3', { program: IMPORT, parsing: 'later', place });
}

interface Kind {
  readonly program: (config: string) => string[];
  readonly parsing: 'here' | 'later';
  readonly place?: Place;
}

function importer(name: string, { program, parsing, place }: Kind): Client {
  return {
    name,
    isSequential: false,
    fidelity: 'octets',
    lack: () => (existsSync(MAIN) ? undefined : `${DIST} has no build: npm run build`),
    prepare: async (folder, target) => {
      const config = join(folder, 'mailferry.yaml');
      await writeFile(config, JSON.stringify({ parsing, ...configOf(target, place) }));
      return {
        program: process.execPath,
        args: program(config),
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
