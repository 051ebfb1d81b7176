// Messages that the ledger knows as stored and the archive does not have: there is nothing to parse, and nobody should take silence
// for success.

import type { KeySet } from '../audit/key-set.ts';
import { inParallel } from '../core/in-parallel.ts';
import { rawKey } from '../core/keys.ts';
import type { MessageRecord } from '../core/record.ts';
import { mayGoOn } from './account-reparse.ts';
import type { AccountReparse } from './account-reparse.ts';

/** @param listed raw keys that were seen; what is named is added to them. @throws as `reparseAccount` */
export async function nameMissing(listed: KeySet, work: AccountReparse): Promise<void> {
  const { account, ports, options } = work;
  await inParallel(ports.ledger.records(account), options.atOnce, async (record) => {
    mayGoOn(options);
    await look(record, listed, work);
  });
}

async function look(
  record: MessageRecord,
  listed: KeySet,
  { account, ports, options, book }: AccountReparse,
): Promise<void> {
  if (record.state !== 'stored') return;
  if (options.since !== undefined && record.dt < options.since) return;
  const key = rawKey(account, record.dt, record.sha256);
  if (listed.has(key)) return;
  // Several records may be of the same octets.
  listed.add(key);
  // Or it came while the others were parsed: its import has it parsed.
  if ((await ports.blobs.stat(key)) !== undefined) return;
  book.counts.missing += 1;
  book.report(record.mark?.kind === 'lost' ? 'object-lost' : 'object-missing', key);
}
