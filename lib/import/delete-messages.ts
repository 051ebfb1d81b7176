// Deletes on the server what the account's rule wants gone: only what is stored, recorded, and found intact in the
// archive again just now. Nothing is deleted before QUIT gets its `+OK`.

import { MailferryError } from '../core/errors.ts';
import { rawKey } from '../core/keys.ts';
import type { ListingHealth } from '../core/listing-health.ts';
import { planDeletions } from '../core/plan-deletions.ts';
import type { DeletionCandidate, DeletionPlan, PlannedDeletion } from '../core/plan-deletions.ts';
import { countRows } from '../core/plan.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import type { AccountRun } from './account-run.ts';
import { effectivePolicy } from './effective-policy.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Maildrop } from './maildrop.ts';
import { MarkedDeletions, refOf } from './marked-deletions.ts';
import { showsTheSame } from './prove-known.ts';
import type { ProvenCandidate } from './prove-known.ts';

/** What the account's rule would delete now, switches aside. */
export function dueDeletions(candidates: readonly DeletionCandidate[], run: AccountRun): DeletionPlan {
  const { onServer, limits } = run.account;
  return planDeletions(candidates, onServer, run.ports.now(), limits.deletionsPerRun);
}

/** Why nothing may be deleted in this run, in words; `undefined` if nothing speaks against it. */
export function refusalOf(health: ListingHealth): string | undefined {
  if (health.kind === 'normal') return undefined;
  return `nothing is deleted in this run, because the listing looks wrong: ${health.explanation}`;
}

/** @returns whether a switch keeps from deletion what is due; then the books say so */
export function isSwitchedOff(candidates: readonly DeletionCandidate[], run: AccountRun): boolean {
  if (effectivePolicy(run) !== 'keep' || dueDeletions(candidates, run).due.length === 0) return false;
  run.book.deletions = { outcome: 'off', entries: [] };
  return true;
}

/**
 * Send DELE for everything due. The books say `unknown` from the first mark on; `settle` is for after QUIT.
 * @returns what was marked, if anything was
 * @throws LEASE_LOST before anything is sent; what the archive, the ledger and the session throw
 */
export async function deleteMessages(
  candidates: readonly ProvenCandidate[],
  health: ListingHealth,
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
): Promise<MarkedDeletions | undefined> {
  const { due } = planDeletions(candidates, effectivePolicy(run), run.ports.now(), Infinity);
  if (due.length === 0) return undefined;
  // Throws if the books do not balance: whoever cannot count must not delete.
  run.book.counts();
  const refusal = refusalOf(health);
  if (refusal !== undefined) return refuse(refusal, run);
  const sessionOf = new Map(candidates.map(({ listed, sessionNumber }) => [listed, sessionNumber]));
  const shown = await shownNow(due, sessionOf, run, maildrop, lease);
  if (maildrop.hasUncommitted) return refuse(UNCOMMITTED, run);
  const marked = new MarkedDeletions(run, lease);
  for (let from = 0; from < shown.length; from += AT_ONCE) {
    if (isTooLate(run)) break;
    const deletions = shown.slice(from, from + AT_ONCE);
    const verified = await maildrop.awakeDuring(async () => await verifyAll(deletions, run, lease));
    await marked.send(verified, maildrop);
  }
  return marked.isEmpty ? undefined : marked;
}

/** Found intact, marked, deleted: few at a time, so that a run whose time is up has deleted what it had time for. */
const AT_ONCE = 10;

function isTooLate({ options }: AccountRun): boolean {
  return options.deleteUntil?.aborted === true;
}

const UNCOMMITTED = 'nothing is deleted in this run, because something that was shown is not stored yet';

function refuse(reason: string, { book }: AccountRun): undefined {
  book.deletions = { outcome: 'refused', entries: [] };
  book.notice('DELETIONS_REFUSED', reason);
}

/**
 * Those the present session is known to have under their numbers, as many as a run may delete. What an earlier session of
 * the run proved has to be shown again: meanwhile another client may have deleted messages, and the server given their
 * UIDLs to others.
 */
async function shownNow(
  due: readonly PlannedDeletion[],
  sessionOf: ReadonlyMap<ListedMessage, number>,
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
): Promise<PlannedDeletion[]> {
  // Something was shown and could not be fetched: only a session that has not shown it may end with QUIT.
  if (maildrop.hasUncommitted) await maildrop.reopen();
  const rows = countRows(maildrop.listing);
  const shown: PlannedDeletion[] = [];
  for (const deletion of due) {
    const { listed } = deletion;
    if (shown.length >= run.account.limits.deletionsPerRun || isTooLate(run)) break;
    if (!maildrop.has(listed)) continue;
    if (sessionOf.get(listed) === maildrop.sessionNumber) {
      shown.push(deletion);
      continue;
    }
    await lease.keep();
    const isAlone = listed.uidl !== undefined && rows.get(listed.uidl) === 1;
    if (isAlone && (await showsTheSame(deletion, maildrop))) shown.push(deletion);
  }
  return shown;
}

/** Those whose objects are intact. One that is gone is marked `lost`, so that it is fetched again while the server has it. */
async function verifyAll(
  due: readonly PlannedDeletion[],
  run: AccountRun,
  lease: LeaseKeeper,
): Promise<PlannedDeletion[]> {
  const { account, ports, book, runId } = run;
  const intact: PlannedDeletion[] = [];
  for (const deletion of due) {
    const { record } = deletion;
    await lease.keep();
    const key = rawKey(account.id, record.dt, record.sha256);
    const found = await ports.blobs.verify(key, { sizeOctets: record.octets, sha256: record.sha256 });
    if (found === 'intact') {
      intact.push(deletion);
      continue;
    }
    book.report(notIntact(key, found));
    if (found === 'absent')
      await ports.ledger.mark(account.id, [refOf(deletion)], { kind: 'lost', at: ports.now(), runId });
  }
  return intact;
}

function notIntact(key: string, found: 'absent' | 'different'): MailferryError {
  return new MailferryError(
    found === 'absent'
      ? `object ${key} is gone from the archive: its message is not deleted on the server, and the next run fetches it again`
      : `object ${key} does not have the octets that were stored: its message is not deleted on the server`,
    {
      code: 'ARCHIVE_CORRUPT',
      scope: 'message',
      retryable: false,
      hint: 'find out what changed the archive; mailferry audit names everything that is missing or different',
    },
  );
}
