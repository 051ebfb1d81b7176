// The directory that other tests use keeps the promises of its port.

import { testAccountDirectoryContract } from '../contract/account-directory-contract.ts';
import type { OpenDirectory } from '../contract/account-directory-under-test.ts';
import { MemoryAccountDirectory } from './memory-account-directory.ts';
import { MemoryLedger } from './memory-ledger.ts';

const open: OpenDirectory = async ({ now }) => {
  const ledger = new MemoryLedger({ now });
  const directory = new MemoryAccountDirectory(ledger, now);
  return { directory, ledger, lease: ledger, [Symbol.asyncDispose]: async () => {} };
};

testAccountDirectoryContract('memory', open);
