// The store that other tests use keeps the promises of the port.

import { testBlobStoreContract } from '../contract/blob-store-contract.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';

testBlobStoreContract('memory', async () => ({
  store: new MemoryBlobStore(),
  [Symbol.asyncDispose]: async () => {},
}));
