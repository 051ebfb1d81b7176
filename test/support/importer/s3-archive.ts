// What lies in the two buckets, read straight from the server, account by account, every object hashed again. Never believes a
// key, and never asks the product.

import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { ListObjectVersionsCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { inParallel } from '../../../lib/core/in-parallel.ts';
import type { ArchiveSnapshot } from '../archive-snapshot.ts';
import { rawKeysIn, toParsedDocument } from '../archive-snapshot.ts';

export interface Buckets {
  readonly rawBucket: string;
  readonly derivedBucket: string;
}

interface Content {
  readonly octets: Buffer;
  readonly sizeOctets: number;
  readonly sha256: string;
}

const READS_AT_ONCE = 8;
const ACCOUNT = /(?:^|\/)account=([^/]+)\//;

/**
 * By account; what belongs to none is `unexpected` in the entry of the empty name.
 * @throws if an object of the raw bucket was written twice
 */
export async function readS3Archive(
  client: S3Client,
  { rawBucket, derivedBucket }: Buckets,
): Promise<ReadonlyMap<string, ArchiveSnapshot>> {
  const accounts = new Map<string, MutableSnapshot>();
  const of = (key: string): MutableSnapshot => {
    const name = ACCOUNT.exec(key)?.[1] ?? '';
    const snapshot = accounts.get(name) ?? emptySnapshot();
    accounts.set(name, snapshot);
    return snapshot;
  };
  const rawKeys = await listOnce(client, rawBucket);
  await inParallel(rawKeys, READS_AT_ONCE, async (key) => {
    const { sizeOctets, sha256 } = await read(client, rawBucket, key);
    if (key.startsWith('raw/')) of(key).raw.set(key, { sizeOctets, sha256 });
    else of(key).unexpected.push(key);
  });
  const derivedKeys = [...new Set(await list(client, derivedBucket))];
  await inParallel(derivedKeys, READS_AT_ONCE, async (key) => {
    const { octets, sizeOctets, sha256 } = await read(client, derivedBucket, key);
    if (key.startsWith('parsed/v1/')) of(key).parsed.set(key, toParsedDocument(octets.toString()));
    else if (key.startsWith('attachments/')) of(key).attachments.set(key, { sizeOctets, sha256 });
    else if (key.startsWith('catalog/v1/')) for (const row of rawKeysIn(octets)) of(key).catalog.add(row);
    else of(key).unexpected.push(key);
  });
  return accounts;
}

export function emptySnapshot(): MutableSnapshot {
  const objects = { raw: new Map(), attachments: new Map(), parsed: new Map() };
  return { ...objects, catalog: new Set(), temporary: [], unexpected: [] };
}

type Maps = Pick<ArchiveSnapshot, 'raw' | 'attachments' | 'parsed'>;
type MutableSnapshot = {
  readonly [Name in keyof Maps]: Maps[Name] extends ReadonlyMap<string, infer Value>
    ? Map<string, Value>
    : never;
} & { readonly catalog: Set<string>; readonly temporary: string[]; readonly unexpected: string[] };

/** Every key of a bucket in which nothing is ever written over. */
async function listOnce(client: S3Client, bucket: string): Promise<readonly string[]> {
  const keys = await list(client, bucket);
  const times = Map.groupBy(keys, (key) => key);
  const twice = [...times.keys()].filter((key) => times.get(key)?.length !== 1);
  if (twice.length > 0) throw new Error(`${twice.length} objects have several versions: ${twice[0]}`);
  return keys;
}

/** The key of every version. */
async function list(client: S3Client, Bucket: string): Promise<string[]> {
  const keys: string[] = [];
  for (let marker: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {}; marker;) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ Bucket, ...marker }),
    );
    keys.push(...[page.Versions ?? [], page.DeleteMarkers ?? []].flat().map(({ Key = '' }) => Key));
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
    marker =
      page.IsTruncated === true && KeyMarker !== undefined
        ? { KeyMarker, ...(VersionIdMarker !== undefined && { VersionIdMarker }) }
        : undefined;
  }
  return keys;
}

async function read(client: S3Client, Bucket: string, Key: string): Promise<Content> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  const octets = Buffer.from((await Body?.transformToByteArray()) ?? []);
  return {
    octets,
    sizeOctets: octets.length,
    sha256: createHash('sha256').update(octets).digest('hex'),
  };
}
