// What the ledger of an archive folder says, read from its SQLite file without any code of the product. Never writes.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

const rowSchema = z.object({
  /** One character per octet. */
  uidl: z.instanceof(Uint8Array).transform((octets) => Buffer.from(octets).toString('latin1')),
  /** Empty for a message that is not stored. */
  sha256: z.string(),
  state: z.enum(['stored', 'skipped', 'failed', 'quarantined']),
  /** Of a stored message. */
  identified_by: z.enum(['octets', 'header']).nullable(),
  /** Of a stored message. */
  mark: z.enum(['deleting', 'deleted', 'lost']).nullable(),
  /** Of a message that could not be fetched. */
  attempts: z.int().nonnegative().nullable(),
});

export type LedgerRow = z.infer<typeof rowSchema>;

/** Every message the ledger knows. @param archive the folder */
export function readLedger(archive: string): LedgerRow[] {
  const database = new DatabaseSync(join(archive, 'ledger.db'), { readOnly: true });
  try {
    const rows = database
      .prepare('SELECT uidl, sha256, state, identified_by, mark, attempts FROM message')
      .all();
    return rows.map((row) => rowSchema.parse(row));
  } finally {
    database.close();
  }
}
