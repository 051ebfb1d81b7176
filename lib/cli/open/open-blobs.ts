// Where the mail is kept: a folder, or buckets of S3. The AWS SDK is loaded only for the latter.

import { FolderBlobStore } from '../../adapters/folder-blob-store.ts';
import { FolderCatalogFiles } from '../../adapters/folder-catalog-files.ts';
import type { S3BlobStore } from '../../adapters/s3-blob-store.ts';
import type { Config } from '../../config/config.ts';
import type { CatalogFiles } from '../../ports/catalog.ts';
import type { BlobStore } from '../../ports/storage.ts';

export interface OpenBlobs {
  readonly blobs: BlobStore;
  /** Gives raw messages with what is kept beside them; `undefined` where the storage has no place for it. */
  readonly rawObjects: Pick<S3BlobStore, 'open'> | undefined;
  /** To take away files of the catalog. */
  readonly catalogFiles: CatalogFiles;
  readonly close: () => void;
}

/** Nothing is made and nothing is sent yet. */
export async function openBlobs({ archive, derived }: Config): Promise<OpenBlobs> {
  if (archive.kind === 'folder')
    return {
      blobs: new FolderBlobStore(archive.path),
      rawObjects: undefined,
      catalogFiles: new FolderCatalogFiles(archive.path),
      close: () => {},
    };
  const { openS3Blobs } = await import('./open-s3-blobs.ts');
  return openS3Blobs(archive, derived);
}
