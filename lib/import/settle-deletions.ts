// What an earlier run left `deleting`, because it died or the `+OK` to its QUIT was lost: the listing tells what became of it.

import type { AccountProgress, AccountState } from '../core/account-state.ts';
import { orLeaseLost } from '../core/lease-lost.ts';
import type { StoredRef } from '../core/record.ts';
import { NO_UIDL } from '../core/uidl.ts';
import type { AccountRun } from './account-run.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Maildrop } from './maildrop.ts';

/**
 * Gone from the listing: marked `deleted`. Still there: no mark, and the plan decides anew. Should a message marked
 * `deleted` be listed again one day, it is fetched again, so that a listing that lies costs a transfer and no mail.
 * @returns the state after it: what we deleted has not vanished from the last listing
 */
export async function settleDeletions(
  maildrop: Pick<Maildrop, 'listing'>,
  { account, ports, runId }: AccountRun,
  lease: LeaseKeeper,
  state: AccountState,
): Promise<AccountState> {
  if (!state.deletionsUnsettled) return state;
  const { listing } = maildrop;
  // A record without UIDL may be any listed message without one.
  const listed = new Set(listing.map(({ uidl }) => uidl ?? NO_UIDL));
  const gone: StoredRef[] = [];
  const there: StoredRef[] = [];
  for await (const record of ports.ledger.records(account.id)) {
    if (record.state !== 'stored' || record.mark?.kind !== 'deleting') continue;
    (listed.has(record.uidl) ? there : gone).push({ uidl: record.uidl, sha256: record.sha256 });
  }
  await ports.ledger.mark(account.id, gone, { kind: 'deleted', at: ports.now(), runId });
  await ports.ledger.mark(account.id, there, undefined);
  orLeaseLost(await ports.ledger.setDeletionsUnsettled(lease.hold, false), lease.hold);
  return { ...state, deletionsUnsettled: false, progress: withoutGone(state.progress, gone.length) };
}

/** What was settled before them counts no more: a message that was deleted, and is listed again, is to be fetched again. */
function withoutGone(progress: AccountProgress | undefined, gone: number): AccountProgress | undefined {
  if (!progress?.lastListing) return progress && { ...progress, settled: undefined };
  const { rows, recorded } = progress.lastListing;
  return {
    ...progress,
    settled: undefined,
    lastListing: { rows: Math.max(0, rows - gone), recorded: Math.max(0, recorded - gone) },
  };
}
