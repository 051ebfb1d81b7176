// Where the catalog's files lie, by account and by the day of the import. NDJSON and Parquet are two places: what reads a folder
// of the one must not stumble over the other.

import { ACCOUNT_ID_PATTERN } from '../account.ts';
import type { AccountId } from '../account.ts';
import { parseRawKey } from '../keys.ts';
import type { CatalogRow } from './catalog-row.ts';

export const CATALOG_FORMS = ['ndjson', 'parquet'] as const;

export type CatalogForm = (typeof CATALOG_FORMS)[number];

/** Where a row belongs. */
export interface CatalogPlace {
  readonly account: AccountId;
  /** `YYYY-MM-DD`, UTC: when the message was fetched. */
  readonly ingestDt: string;
}

export interface CatalogFileName extends CatalogPlace {
  readonly form: CatalogForm;
  readonly name: string;
}

const FOLDERS: Readonly<Record<CatalogForm, string>> = {
  ndjson: 'catalog/v1',
  parquet: 'catalog-parquet/v1',
};

const ENDINGS: Readonly<Record<CatalogForm, string>> = { ndjson: 'ndjson.gz', parquet: 'parquet' };

/** For a row whose day is not known. */
const NO_DAY = '1970-01-01';

/** What the keys of all of an account's files begin with. */
export function catalogPrefix(form: CatalogForm, account: AccountId): string {
  return `${FOLDERS[form]}/account=${account}/`;
}

/** @param name letters, digits and `-` */
export function catalogKey({ form, account, ingestDt, name }: CatalogFileName): string {
  return `${catalogPrefix(form, account)}ingest_dt=${ingestDt}/${name}.${ENDINGS[form]}`;
}

const KEY =
  /^catalog(?:-parquet)?\/v1\/account=([^/]+)\/ingest_dt=(\d{4}-\d\d-\d\d)\/([0-9A-Za-z-]+)\.(?:ndjson\.gz|parquet)$/;

/** @returns `undefined` for any key that `catalogKey` cannot have made */
export function parseCatalogKey(key: string): CatalogFileName | undefined {
  const [, account = '', ingestDt = '', name = ''] = KEY.exec(key) ?? [];
  if (!ACCOUNT_ID_PATTERN.test(account)) return undefined;
  const form = key.endsWith(ENDINGS.parquet) ? 'parquet' : 'ndjson';
  const file = { form, account: account as AccountId, ingestDt, name } as const;
  return catalogKey(file) === key ? file : undefined;
}

/** By the row alone, so that whoever writes it again writes it to the same day. */
export function placeOf({ raw_key, fetched_at }: CatalogRow): CatalogPlace {
  const account = parseRawKey(raw_key)?.account;
  if (account === undefined) throw new Error('a row of the catalog is of no raw message');
  const day = fetched_at.slice(0, 10);
  return { account, ingestDt: /^\d{4}-\d\d-\d\d$/.test(day) ? day : NO_DAY };
}
