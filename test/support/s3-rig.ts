// A moto with a strict proxy before it, and stores that reach it through the proxy. Pauses between attempts are left out.

import type { S3Client } from '@aws-sdk/client-s3';
import { createS3Client } from '../../lib/adapters/s3-client.ts';
import { S3BlobStore } from '../../lib/adapters/s3-blob-store.ts';
import { startMoto, TEST_CREDENTIALS, TEST_REGION } from './moto.ts';
import type { RunningMoto } from './moto.ts';
import { startS3StrictProxy } from './s3-strict-proxy.ts';
import type { S3StrictProxy } from './s3-strict-proxy.ts';

export interface S3Rig extends AsyncDisposable {
  readonly moto: RunningMoto;
  readonly proxy: S3StrictProxy;
  readonly client: S3Client;
  readonly store: S3BlobStore;
}

/** Long enough for a busy machine: a test that waits for silence to end says how long itself. */
const IDLE_TIMEOUT_MS = 30_000;

/** A proxy and a store of its own for one test. The moto stays the caller's. @param prefix its own for every test */
export async function openS3Rig(
  moto: RunningMoto,
  prefix: string,
  idleTimeoutMs: number = IDLE_TIMEOUT_MS,
): Promise<S3Rig> {
  const proxy = await startS3StrictProxy(moto.port);
  const client = createS3Client({
    endpoint: proxy.endpoint,
    region: TEST_REGION,
    credentials: TEST_CREDENTIALS,
    idleTimeoutMs,
  });
  return {
    moto,
    proxy,
    client,
    store: new S3BlobStore({ client, bucket: moto.bucket, prefix, pauseAfter: async () => undefined }),
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

/** For a whole test file: one moto, started when it is first asked for; and a prefix of its own for each rig. */
export class S3Rigs implements AsyncDisposable {
  #moto: Promise<RunningMoto> | undefined;
  #opened = 0;

  async open(idleTimeoutMs?: number): Promise<S3Rig & { readonly prefix: string }> {
    this.#moto ??= startMoto();
    this.#opened += 1;
    const prefix = `test-${this.#opened}/`;
    return { ...(await openS3Rig(await this.#moto, prefix, idleTimeoutMs)), prefix };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#moto)?.[Symbol.asyncDispose]();
  }
}
