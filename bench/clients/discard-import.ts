// `discard-import.ts DIST CONFIG`: the import of the build in DIST into a store that keeps nothing and a ledger in memory: what
// the way of a message costs by itself, its sha256 included. Prints the checksums, and the processor time of the import alone.

import type { Blob, BlobStore } from '../../lib/ports/storage.ts';
import { MemoryLedger } from '../../test/support/memory-ledger.ts';
import { builtLibrary } from './built-library.ts';

const [dist = '', configFile = ''] = process.argv.slice(2);
const { loadConfig, openArchive, importAccount } = await builtLibrary(dist);

const digests: string[] = [];
const absent = async (): Promise<undefined> => undefined;
const discarding: BlobStore = {
  put: async (_key: string, blob: Blob) => {
    let octets = 0;
    for await (const chunk of blob.open()) octets += chunk.length;
    if (octets !== blob.sizeOctets) throw new Error(`${octets} octets came of ${blob.sizeOctets}`);
    digests.push(blob.sha256);
    return 'stored';
  },
  get: absent,
  stat: absent,
  verify: async () => 'absent',
  list: async function* () {
    // Nothing is kept.
  },
};

const config = loadConfig(configFile);
const archive = await openArchive({ ...config, parsing: 'later' });
try {
  const ledger = new MemoryLedger({ now: Date.now });
  const never = new AbortController().signal;
  const [account] = config.accounts;
  if (account === undefined) throw new Error('the configuration has no account');
  const before = process.cpuUsage();
  const ports = { ...archive.ports, blobs: discarding, ledger, lease: ledger };
  const { outcome, errors } = await importAccount(account, ports, { stop: never, abort: never });
  const { user, system } = process.cpuUsage(before);
  if (outcome !== 'complete') throw new Error(`${outcome}: ${JSON.stringify(errors)}`);
  console.log(JSON.stringify({ cpuMs: (user + system) / 1000, digests }));
} finally {
  await archive.close();
}
