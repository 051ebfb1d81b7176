// The CatalogFiles port over S3.

import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { parseCatalogKey } from '../core/catalog/catalog-key.ts';
import type { CatalogFiles } from '../ports/catalog.ts';
import { s3WriteError } from './s3-errors.ts';

export interface S3CatalogFilesOptions {
  /** The caller's. It repeats what fails for a moment. */
  readonly client: S3Client;
  readonly bucket: string;
  /** As for S3BlobStore. */
  readonly prefix: string;
}

export class S3CatalogFiles implements CatalogFiles {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor({ client, bucket, prefix }: S3CatalogFilesOptions) {
    this.#client = client;
    this.#bucket = bucket;
    const folders = prefix.split('/').filter((folder) => folder !== '');
    this.#prefix = folders.map((folder) => `${folder}/`).join('');
  }

  async remove(key: string): Promise<void> {
    if (parseCatalogKey(key) === undefined) throw new Error('not a file of the catalog');
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + key });
    try {
      await this.#client.send(command);
    } catch (error) {
      throw s3WriteError(error, `remove object s3://${this.#bucket}/${this.#prefix}${key}`);
    }
  }
}
