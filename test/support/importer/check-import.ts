// What must be true of an account when a whole importer has come to rest: server, buckets and ledger, each read without the
// others' help, say the same, and every run gives an account of itself.

import assert from 'node:assert/strict';
import type { AccountId } from '../../../lib/core/account.ts';
import { isBalanced } from '../../../lib/core/run-counts.ts';
import type { RunRecord } from '../../../lib/core/run-record.ts';
import type { AccountView } from '../../../lib/ports/directory.ts';
import type { Ledger } from '../../../lib/ports/ledger.ts';
import { assertHoldsMailbox } from '../agreement.ts';
import type { ArchiveSnapshot } from '../archive-snapshot.ts';
import { assertFinished } from '../archive-snapshot.ts';
import type { SecondOpinion } from '../second-opinion.ts';

export interface AccountAtRest {
  readonly id: AccountId;
  /** What the independent client retrieves. */
  readonly mailbox: readonly SecondOpinion[];
  readonly archive: ArchiveSnapshot;
  readonly view: AccountView;
}

const MOST_RUNS = 10_000;

/** @returns the account's runs, newest first */
export async function assertImported(account: AccountAtRest, ledger: Ledger): Promise<readonly RunRecord[]> {
  const { id, mailbox, archive, view } = account;
  assertFinished(archive);
  assertHoldsMailbox(archive, mailbox);
  await assertRecorded(account, ledger);
  assert.equal(view.drain, undefined, `${id} has a drain that never ended`);
  assert.equal(view.state.progress?.lastOutcome, 'complete');
  assert.equal(view.state.progress.backlog, 0);
  const runs = await ledger.runs(id, MOST_RUNS);
  for (const { runId, counts } of runs) {
    assert.ok(isBalanced(counts), `run ${runId} of ${id}: ${JSON.stringify(counts)}`);
  }
  // A run that was killed left no record of what it stored, so that they may say less than there is, and never more.
  const stored = runs.reduce((sum, { counts }) => sum + counts.stored, 0);
  assert.ok(
    stored <= archive.raw.size,
    `${id}: ${stored} stored by ${runs.length} runs, ${archive.raw.size} there`,
  );
  return runs;
}

/** Each message under its own UIDL, with its octets' hash and number; and nothing else. */
async function assertRecorded({ id, mailbox }: AccountAtRest, ledger: Ledger): Promise<void> {
  const recorded: string[] = [];
  for await (const record of ledger.records(id)) {
    const { uidl, state } = record;
    recorded.push(state === 'stored' ? `${uidl} ${record.sha256} ${record.octets}` : `${uidl} is ${state}`);
  }
  const listed = mailbox.map(({ uidl, sha256, size }) => `${uidl} ${sha256} ${size}`);
  assert.deepEqual(recorded.sort(), listed.sort(), `ledger and mailbox of ${id} differ`);
}
