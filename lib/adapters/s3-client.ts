// A client of S3, or of a store that speaks S3. Never waits for ever, and never writes to the console.

import { S3Client } from '@aws-sdk/client-s3';
import { STORED_AT_ONCE } from '../core/limits.ts';

/** Whatever is left out comes from where the AWS SDK looks for it: environment, profile, role. */
export interface S3ClientSettings {
  readonly region?: string;
  /** URL of another store than AWS's. The bucket is then part of the path, not of the host's name. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** How long a connection may be silent, in either direction, before it counts as gone. */
  readonly idleTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 60_000;
/** The objects of a run that are stored at once, and some more; the SDK has 50. */
const CONNECTIONS = { keepAlive: true, maxSockets: STORED_AT_ONCE.pieces * 2 } as const;

const nothing = (): void => undefined;
/** The SDK warns on the console of each upload it cannot repeat by itself; the store does that and says what came of it. */
const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The caller owns the client and calls `destroy`. */
export function createS3Client({
  region,
  endpoint,
  credentials,
  idleTimeoutMs = IDLE_TIMEOUT_MS,
}: S3ClientSettings = {}): S3Client {
  return new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === undefined ? {} : { credentials: { ...credentials } }),
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: idleTimeoutMs,
      httpAgent: CONNECTIONS,
      httpsAgent: CONNECTIONS,
    },
    logger: SILENT,
  });
}
