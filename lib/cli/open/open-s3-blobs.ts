// The archive in S3. Imported only when there is one: it loads the AWS SDK.

import { createS3Client } from '../../adapters/s3-client.ts';
import { S3CatalogFiles } from '../../adapters/s3-catalog-files.ts';
import { S3BlobStore } from '../../adapters/s3-blob-store.ts';
import { RawAndDerivedStore } from '../../adapters/raw-and-derived-store.ts';
import type { S3Location } from '../../config/location.ts';
import { MailferryError } from '../../core/errors.ts';
import type { OpenBlobs } from './open-blobs.ts';

/**
 * Sends nothing yet. Region, credentials and endpoint are the environment's.
 * @param derived `undefined`: with the mail
 * @throws CONFIG_INVALID for an endpoint that is no URL
 */
export function openS3Blobs(raw: S3Location, derived: S3Location | undefined): OpenBlobs {
  const endpoint = configuredEndpoint(process.env);
  const client = createS3Client(endpoint === undefined ? {} : { endpoint });
  const storeAt = ({ bucket, prefix }: S3Location): S3BlobStore =>
    new S3BlobStore({ client, bucket, prefix });
  const rawObjects = storeAt(raw);
  return {
    blobs:
      derived === undefined
        ? rawObjects
        : new RawAndDerivedStore({ raw: rawObjects, derived: storeAt(derived) }),
    rawObjects,
    catalogFiles: new S3CatalogFiles({ client, ...(derived ?? raw) }),
    close: () => {
      client.destroy();
    },
  };
}

/**
 * Another store than AWS's, named as for every AWS tool. The SDK would find it too, and put the bucket into the host's
 * name, which such a store seldom has an answer for.
 */
function configuredEndpoint(environment: NodeJS.ProcessEnv): string | undefined {
  if (environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  const name = environment['AWS_ENDPOINT_URL_S3'] ? 'AWS_ENDPOINT_URL_S3' : 'AWS_ENDPOINT_URL';
  const endpoint = environment[name] || undefined;
  if (endpoint === undefined || /^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) return endpoint;
  throw new MailferryError(
    `the environment variable ${name} is "${endpoint}", expected a URL with http: or https:`,
    {
      code: 'CONFIG_INVALID',
      scope: 'config',
      retryable: false,
      hint: 'unset it for the S3 of AWS itself',
    },
  );
}
