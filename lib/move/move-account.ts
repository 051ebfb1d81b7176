// One account from one place to another: objects, then each message's object and record, then the account's history; then
// both places are compared. Nothing in the source changes but its lease; nothing in the target is overwritten.

import type { AccountId } from '../core/account.ts';
import { HeldLeases, underLeases } from '../lease/held-leases.ts';
import { copyProgress, copyRuns, copyUnsettled, hasOwnRuns } from './account-history.ts';
import { mayGoOn } from './account-move.ts';
import type { AccountMove, MoveOptions } from './account-move.ts';
import { compareObjects, compareRecords } from './compare-places.ts';
import { copyGroup } from './copy-group.ts';
import { copyMessages } from './copy-messages.ts';
import { MoveBook } from './move-book.ts';
import type { MovePorts } from './move-ports.ts';
import type { MoveReport } from './move-report.ts';
import { OBJECT_GROUPS } from './object-name.ts';

/**
 * Safe to repeat, after any interruption too: what is in the target is recognised, and the rest is done.
 * @throws LEASE_HELD before anything is copied; INTERRUPTED, LEASE_LOST, RUN_UNBALANCED, ARCHIVE_*,
 *         LEDGER_FAILED, SPOOL_FAILED: what is copied then stays copied
 */
export async function moveAccount(
  account: AccountId,
  ports: MovePorts,
  options: MoveOptions,
): Promise<MoveReport> {
  const { source, target } = ports;
  const places = [
    { where: ' in the source of the move', lease: source.lease },
    { where: ' in the target of the move', lease: target.lease },
  ];
  const leases = await HeldLeases.acquire(account, places, ports);
  return await underLeases(leases, async () => {
    const isTargetAhead = await hasOwnRuns(account, ports);
    const book = new MoveBook();
    const move = { account, ports, options, leases, book, isTargetAhead, runId: ports.newRunId() };
    await copyAll(move);
    await compareAll(move);
    const report = book.toReport(account, isTargetAhead);
    await copyProgress(move);
    await leases.prove();
    return report;
  });
}

async function copyAll(move: AccountMove): Promise<void> {
  move.options.observer?.phase?.('copying');
  for (const group of OBJECT_GROUPS) if (group !== 'raw') await copyGroup(group, move);
  await copyUnsettled(move);
  await copyMessages(move);
  await copyGroup('raw', move);
  await copyRows(move);
  await copyRuns(move);
}

/** Of messages whose documents the target has by now. */
async function copyRows(move: AccountMove): Promise<void> {
  const goOn = async (): Promise<void> => await mayGoOn(move);
  move.book.waitingRows = (await move.ports.copyWaitingRows?.(move.account, goOn)) ?? 0;
}

async function compareAll(move: AccountMove): Promise<void> {
  move.options.observer?.phase?.('comparing');
  for (const group of OBJECT_GROUPS) await compareObjects(group, move);
  await compareRecords(move);
}
