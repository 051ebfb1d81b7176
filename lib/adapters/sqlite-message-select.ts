// Reads messages' records from the ledger file: by UIDL, or page by page. No statement is open between two reads, so
// that whoever asked may write meanwhile, and a writer never waits for a slow reader.

import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { AccountId } from '../core/account.ts';
import type { MessageRecord } from '../core/record.ts';
import { fromUidl } from '../core/uidl.ts';
import type { Uidl } from '../core/uidl.ts';
import { fromMessageRow } from './sqlite-message-row.ts';

/** One statement for many is three times as fast as one for each; beyond this it gains nothing. */
export const UIDLS_PER_SELECT = 500;

/** @param uidls `UIDLS_PER_SELECT` of them, each once; the last ones may be fewer */
export function selectMessages(
  database: DatabaseSync,
  account: AccountId,
  uidls: readonly Uidl[],
): MessageRecord[] {
  const places = uidls.map(() => '?').join(', ');
  return database
    .prepare(`SELECT * FROM message WHERE account = ? AND uidl IN (${places})`)
    .all(account, ...uidls.map(fromUidl))
    .map(fromMessageRow);
}

const PAGE_ROWS = 1000;

/** A place between two rows, in the order of the primary key. */
export type PagePosition = readonly [uidl: SQLInputValue, sha256: string];

/** SQLite sorts text before every blob, so this is before the empty UIDL too. */
export const FIRST_PAGE: PagePosition = ['', ''];

export interface MessagePage {
  readonly records: readonly MessageRecord[];
  /** `undefined` after the last page. */
  readonly next: PagePosition | undefined;
}

export function selectPage(database: DatabaseSync, account: AccountId, after: PagePosition): MessagePage {
  const rows = database
    .prepare(
      `SELECT * FROM message WHERE account = ? AND (uidl, sha256) > (?, ?)
       ORDER BY uidl, sha256 LIMIT ${PAGE_ROWS}`,
    )
    .all(account, ...after);
  const last = rows.length === PAGE_ROWS ? rows.at(-1) : undefined;
  return {
    records: rows.map(fromMessageRow),
    next: last && [last['uidl'] ?? null, String(last['sha256'])],
  };
}
