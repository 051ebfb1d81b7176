// `--repair`: records whose object is missing are marked `lost`, so that the next import fetches those messages again if
// the server still has them. Never changes anything else, and never without the account's lease.

import type { AccountId } from '../core/account.ts';
import { rawKey } from '../core/keys.ts';
import type { MessageRecord, StoredRecord, StoredRef } from '../core/record.ts';
import { forgetSettled } from '../lease/forget-settled.ts';
import { HeldLeases, underLeases } from '../lease/held-leases.ts';
import type { LeaseTaker } from '../lease/held-leases.ts';
import type { BlobStore } from '../ports/storage.ts';
import type { Lease, Ledger } from '../ports/ledger.ts';
import type { Difference } from './difference.ts';

export interface RepairPorts extends LeaseTaker {
  readonly blobs: BlobStore;
  readonly ledger: Ledger;
  readonly lease: Lease;
}

/** Looked at again, marked, and the lease renewed. */
const AT_ONCE = 200;

/**
 * @returns how many records are marked now that were not before
 * @throws LEASE_HELD, LEASE_LOST, LEDGER_FAILED, ARCHIVE_UNREADABLE
 */
export async function markLost(
  account: AccountId,
  differences: readonly Difference[],
  ports: RepairPorts,
): Promise<number> {
  const missing = differences.flatMap(({ kind, record }) =>
    kind === 'object-missing' && record?.state === 'stored' ? [record] : [],
  );
  if (missing.length === 0) return 0;
  const leases = await HeldLeases.acquire(account, [{ where: '', lease: ports.lease }], ports);
  return await underLeases(leases, async () => {
    await forgetSettled(leases.holdOf(ports.lease), ports.ledger);
    const runId = ports.newRunId();
    let marked = 0;
    for (let from = 0; from < missing.length; from += AT_ONCE) {
      const refs = await stillMissing(account, missing.slice(from, from + AT_ONCE), ports);
      await leases.prove();
      await ports.ledger.mark(account, refs, { kind: 'lost', at: ports.now(), runId });
      marked += refs.length;
    }
    return marked;
  });
}

/** The audit took its time: a run may have fetched a message again since, or somebody put the file back. */
async function stillMissing(
  account: AccountId,
  missing: readonly StoredRecord[],
  { blobs, ledger }: RepairPorts,
): Promise<StoredRef[]> {
  const known = await ledger.find(
    account,
    missing.map(({ uidl }) => uidl),
  );
  const refs: StoredRef[] = [];
  for (const { uidl, sha256, dt, octets } of missing) {
    if (!isUnmarked(known.get(uidl), sha256)) continue;
    const found = await blobs.verify(rawKey(account, dt, sha256), { sizeOctets: octets, sha256 });
    if (found === 'absent') refs.push({ uidl, sha256 });
  }
  return refs;
}

function isUnmarked(records: readonly MessageRecord[] | undefined, sha256: string): boolean {
  return (
    records?.some(
      (record) => record.state === 'stored' && record.sha256 === sha256 && record.mark?.kind !== 'lost',
    ) ?? false
  );
}
