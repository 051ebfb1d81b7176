// Folder, S3 and memory take away files of the catalog, and nothing else.

import { after, test } from 'node:test';
import { openArchiveFolder } from '../../lib/adapters/archive-folder.ts';
import { FolderBlobStore } from '../../lib/adapters/folder-blob-store.ts';
import { FolderCatalogFiles } from '../../lib/adapters/folder-catalog-files.ts';
import { S3CatalogFiles } from '../../lib/adapters/s3-catalog-files.ts';
import { testCatalogFilesContract } from '../contract/catalog-files-contract.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { S3Rigs } from '../support/s3-rig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skip = motoSkip();
const rigs = new S3Rigs();
after(async () => await rigs[Symbol.asyncDispose]());

testCatalogFilesContract('folder', async () => {
  const folder = await temporaryFolder();
  await openArchiveFolder(folder.path);
  return {
    files: new FolderCatalogFiles(folder.path),
    blobs: new FolderBlobStore(folder.path),
    [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose](),
  };
});

testCatalogFilesContract('memory', async () => {
  const blobs = new MemoryBlobStore();
  return { files: blobs, blobs, [Symbol.asyncDispose]: async () => {} };
});

if (skip === false) {
  testCatalogFilesContract('S3', async () => {
    const rig = await rigs.open();
    const { client, moto, prefix, store } = rig;
    return {
      files: new S3CatalogFiles({ client, bucket: moto.bucket, prefix }),
      blobs: store,
      [Symbol.asyncDispose]: async () => await rig[Symbol.asyncDispose](),
    };
  });
} else test('S3 takes away files of the catalog', { skip });
