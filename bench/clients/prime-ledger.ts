// A ledger as it would be after every message of a listing had been imported: to fetch a million first would take all night.

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inTransaction, openSqliteDatabase } from '../../lib/adapters/sqlite-database.ts';
import { toMessageRow } from '../../lib/adapters/sqlite-message-row.ts';
import type { ArchiveDate, Sha256 } from '../../lib/core/record.ts';
import { toUidl } from '../../lib/core/uidl.ts';
import { listedOctets } from '../servers/made-listing.ts';

/** @param uidls of a made listing, in its order */
export async function primeLedger(path: string, account: string, uidls: readonly string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const database = openSqliteDatabase(path);
  try {
    inTransaction(database, () => {
      const columns = Object.keys({ account, ...rowOf('', 1) });
      const insert = database.prepare(
        `INSERT INTO message (${columns.join(', ')}) VALUES (${columns.map((name) => `:${name}`).join(', ')})`,
      );
      for (const [index, uidl] of uidls.entries()) insert.run({ account, ...rowOf(uidl, index + 1) });
    });
  } finally {
    database.close();
  }
}

function rowOf(uidl: string, number: number): ReturnType<typeof toMessageRow> {
  const octets = listedOctets(number);
  return toMessageRow({
    state: 'stored',
    uidl: toUidl(Buffer.from(uidl, 'latin1')),
    firstSeen: 1_700_000_000_000 + number,
    runId: '01JDCNQ3M0000000000000BENCH',
    sha256: createHash('sha256').update(uidl).digest('hex') as Sha256,
    octets,
    listedOctets: octets,
    dt: '2024-01-01' as ArchiveDate,
    headerSha256: undefined,
    identifiedBy: 'octets',
    mark: undefined,
  });
}
