// One attempt to put one object into S3: a single PUT whose SHA-256 S3 checks before it keeps anything. Never a multipart
// upload, whose checksum would not be that of the octets. Never repeats itself: a stream cannot be sent twice, so whoever
// wants another attempt calls again and gets a fresh one.

import { Readable } from 'node:stream';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { PutObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { describeError, MailferryError } from '../core/errors.ts';
import type { Sha256 } from '../core/record.ts';
import type { Blob } from '../ports/storage.ts';
import { notAnswered } from './aws-errors.ts';
import { provenOctets } from '../spool/proven-octets.ts';
import { toBase64 } from './s3-objects.ts';

export interface S3Upload {
  readonly bucket: string;
  readonly key: string;
  readonly blob: Blob;
  readonly onlyIfAbsent: boolean;
  /** User metadata: names in lower case, all in visible ASCII, 2 KB at most. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Resolves when S3 has the object, durable.
 * @throws a MailferryError when the octets cannot be read or are not what `blob` claims, which another attempt does not
 *         help; else what the SDK throws
 */
export async function upload(client: S3Client, object: S3Upload): Promise<void> {
  const { key, blob } = object;
  const abandoned = new AbortController();
  let sourceError: MailferryError | undefined;
  const body = Readable.from(provenOctets(blob, `object ${key}`), { objectMode: false });
  // The SDK pipes the stream and hears nothing of its failure: S3 would wait for the rest.
  body.on('error', (error) => {
    sourceError ??= toSourceError(error, key);
    abandoned.abort();
  });
  const command = putCommand(object, body);
  try {
    const answer = await client.send(command, { abortSignal: abandoned.signal });
    if (!isProof(answer, blob.sha256)) throw notAnswered();
  } catch (error) {
    // A refusal that came before the whole body was sent leaves the request open otherwise.
    abandoned.abort();
    throw sourceError ?? error;
  } finally {
    body.destroy();
  }
}

function putCommand(
  { bucket, key, blob, onlyIfAbsent, metadata }: S3Upload,
  body: Readable,
): PutObjectCommand {
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: body,
    ContentLength: blob.sizeOctets,
    ContentType: contentTypeOf(key),
    ChecksumAlgorithm: 'SHA256',
    ChecksumSHA256: toBase64(blob.sha256),
    ...(metadata === undefined ? {} : { Metadata: { ...metadata } }),
    ...(onlyIfAbsent ? { IfNoneMatch: '*' } : {}),
  });
  signPayload(command, blob.sha256);
  return command;
}

/** A mere 200 may be anybody's: S3 gives the object's tag, and the checksum that it keeps. */
function isProof({ ETag, ChecksumSHA256 }: PutObjectCommandOutput, sha256: Sha256): boolean {
  return ETag !== undefined && (ChecksumSHA256 === undefined || ChecksumSHA256 === toBase64(sha256));
}

/** The SDK would leave a stream out of the signature (UNSIGNED-PAYLOAD); its hash is known here beforehand. */
function signPayload(command: PutObjectCommand, sha256: Sha256): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as { headers: Record<string, string> };
      request.headers['x-amz-content-sha256'] = sha256;
      return await next(args);
    },
    { step: 'build', name: 'mailferrySignPayload' },
  );
}

function contentTypeOf(key: string): string {
  if (key.endsWith('.eml')) return 'message/rfc822';
  return key.endsWith('.json') ? 'application/json' : 'application/octet-stream';
}

function toSourceError(thrown: unknown, key: string): MailferryError {
  if (thrown instanceof MailferryError) return thrown;
  return new MailferryError(`cannot read the octets for object ${key}: ${describeError(thrown)}`, {
    code: 'ARCHIVE_UNWRITABLE',
    scope: 'account',
    retryable: true,
    hint: 'check the temporary folder of this machine, and run again',
    cause: thrown,
  });
}
