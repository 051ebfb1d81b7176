// Where an archive and its ledger are kept: `./mail`, `s3://bucket/prefix`, `./ledger.db`, `dynamodb://table`.
// The patterns are what may be written; the functions take only what matches them.

import { resolve } from 'node:path';

export interface S3Location {
  readonly kind: 's3';
  readonly bucket: string;
  /** Empty, or folders with `/` between them and none at either end. */
  readonly prefix: string;
}

/** `path`: absolute. */
export type ArchiveLocation = { readonly kind: 'folder'; readonly path: string } | S3Location;

/** `path`: absolute, of a file. */
export type LedgerLocation =
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'dynamodb'; readonly table: string };

const BUCKET = '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]';
/** What S3 calls safe in keys; no folder is named `.` or `..`, which clients tidy away. */
const FOLDER = String.raw`(?!\.{1,2}(?:/|$))[A-Za-z0-9!_.'()=-]+`;
const S3 = String.raw`s3://${BUCKET}(?:/${FOLDER})*/?`;
const DYNAMODB = 'dynamodb://[A-Za-z0-9_.-]{3,255}';
/** Anything but an address, also one with a slash too few. */
const PATH = String.raw`(?!(?:s3|dynamodb|arn):|[A-Za-z][A-Za-z0-9+.-]*://)[^\0]+`;

export const S3_PATTERN = new RegExp(`^${S3}$`);
export const ARCHIVE_PATTERN = new RegExp(`^(?:${S3}|${PATH})$`);
export const LEDGER_PATTERN = new RegExp(`^(?:${DYNAMODB}|${PATH})$`);

export function isInS3(text: string): boolean {
  return text.startsWith('s3://');
}

/** @param base absolute path from which a relative one starts */
export function toArchiveLocation(text: string, base: string): ArchiveLocation {
  return isInS3(text) ? toS3Location(text) : Object.freeze({ kind: 'folder', path: resolve(base, text) });
}

export function toLedgerLocation(text: string, base: string): LedgerLocation {
  const table = /^dynamodb:\/\/(.+)$/.exec(text)?.[1];
  return table === undefined
    ? Object.freeze({ kind: 'sqlite', path: resolve(base, text) })
    : Object.freeze({ kind: 'dynamodb', table });
}

export function toS3Location(text: string): S3Location {
  const [bucket = '', ...folders] = text.slice('s3://'.length).split('/');
  return Object.freeze({ kind: 's3', bucket, prefix: folders.filter((folder) => folder !== '').join('/') });
}

/** As it is written in the configuration. */
export function describeLocation(location: ArchiveLocation | LedgerLocation): string {
  switch (location.kind) {
    case 'folder':
    case 'sqlite':
      return location.path;
    case 's3':
      return `s3://${location.bucket}${location.prefix === '' ? '' : `/${location.prefix}`}`;
    case 'dynamodb':
      return `dynamodb://${location.table}`;
  }
}
