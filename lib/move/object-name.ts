// The keys of an account's objects, by group, and what a key says of the octets. Pure.

import type { AccountId } from '../core/account.ts';
import { CATALOG_FORMS, catalogPrefix, parseCatalogKey } from '../core/catalog/catalog-key.ts';
import { attachmentKey, parseRawKey } from '../core/keys.ts';
import type { Sha256 } from '../core/record.ts';

/** In the order in which they are copied: what a parser would make is there before it could be asked to. */
export const OBJECT_GROUPS = ['attachments', 'parsed', 'catalog', 'raw'] as const;

export type ObjectGroup = (typeof OBJECT_GROUPS)[number];

const FIRST_FOLDERS = { attachments: 'attachments', parsed: 'parsed/v1', raw: 'raw' } as const;

/** What all keys of the group begin with, one of these (see lib/core/keys.ts). */
export function prefixesOf(group: ObjectGroup, account: AccountId): readonly string[] {
  if (group === 'catalog') return CATALOG_FORMS.map((form) => catalogPrefix(form, account));
  return [`${FIRST_FOLDERS[group]}/account=${account}/`];
}

export interface ObjectName {
  readonly group: ObjectGroup;
  readonly key: string;
  /** Of the octets, where the key says it. */
  readonly sha256: Sha256 | undefined;
}

/** @returns `undefined` for a key that no program of ours makes */
export function parseObjectName(group: ObjectGroup, account: AccountId, key: string): ObjectName | undefined {
  const prefix = prefixesOf(group, account).find((beginning) => key.startsWith(beginning));
  if (prefix === undefined) return undefined;
  switch (group) {
    case 'raw': {
      const sha256 = parseRawKey(key)?.sha256;
      return sha256 && { group, key, sha256 };
    }
    case 'parsed':
      return rawKeyOf(key) === undefined ? undefined : { group, key, sha256: undefined };
    case 'attachments': {
      const sha256 = key.slice(prefix.length) as Sha256;
      const isOurs = /^[0-9a-f]{64}$/.test(sha256) && attachmentKey(account, sha256) === key;
      return isOurs ? { group, key, sha256 } : undefined;
    }
    case 'catalog':
      return parseCatalogKey(key) ? { group, key, sha256: undefined } : undefined;
  }
}

/** The key of the message that a parsed document is of; `undefined` for any other key. */
export function rawKeyOf(documentKey: string): string | undefined {
  const middle = /^parsed\/v1\/(.+)\.json$/.exec(documentKey)?.[1];
  const key = `raw/${middle}.eml`;
  return parseRawKey(key) && key;
}
