// What S3 checks of an upload before it keeps it, and moto does not; and what our uploads must never be.

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Names and values together, without the prefix. */
const MAX_METADATA_OCTETS = 2048;

/** S3's code for what is wrong with the request, or `undefined`. Only writing of objects is looked at. */
export function refusalOf({ method, headers }: IncomingMessage, body: Buffer): string | undefined {
  if (method !== 'PUT') return undefined;
  if (headers['content-length'] === undefined) return 'MissingContentLength';
  if (Number(headers['content-length']) !== body.length) return 'IncompleteBody';
  if (headers['content-encoding'] !== undefined || headers['x-amz-trailer'] !== undefined) {
    return 'NotAPlainBody';
  }
  if (metadataOctets(headers) > MAX_METADATA_OCTETS) return 'MetadataTooLarge';
  const checksums = Object.keys(headers).filter((name) => name.startsWith('x-amz-checksum-'));
  if (checksums.join() !== 'x-amz-checksum-sha256') return 'NotOneChecksumOfSha256';
  const digest = createHash('sha256').update(body).digest();
  if (headers['x-amz-checksum-sha256'] !== digest.toString('base64')) return 'BadDigest';
  if (headers['x-amz-content-sha256'] !== digest.toString('hex')) return 'XAmzContentSHA256Mismatch';
  return undefined;
}

function metadataOctets(headers: IncomingMessage['headers']): number {
  const prefix = 'x-amz-meta-';
  return Object.entries(headers)
    .filter(([name]) => name.startsWith(prefix))
    .reduce((sum, [name, value]) => sum + name.length - prefix.length + String(value).length, 0);
}
