// What every Ledger promises of the records of runs.

import assert from 'node:assert/strict';
import type { LedgerCheck } from './ledger-under-test.ts';
import { ANN, BOB, deletionEntry, ODD_UIDLS, runRecord, uidlOf } from './sample-records.ts';

/** Run ids sort by start. */
const RUN_IDS = [
  '01JH0000000000000000000001',
  '01JH0000000000000000000002',
  '01JJ0000000000000000000001',
] as const;

export function testRuns(check: LedgerCheck): void {
  check('runs are given newest first, as many as are asked for', async ({ ledger }) => {
    const [oldest, middle, newest] = RUN_IDS;
    for (const runId of [middle, newest, oldest]) await ledger.recordRun(runRecord(runId));
    const ids = async (limit: number): Promise<string[]> =>
      (await ledger.runs(ANN, limit)).map(({ runId }) => runId);
    assert.deepEqual(await ids(100), [newest, middle, oldest]);
    assert.deepEqual(await ids(2), [newest, middle]);
    assert.deepEqual(await ids(1), [newest]);
  });

  check('a run is given as it was recorded, and recording it again replaces it', async ({ ledger }) => {
    const [runId] = RUN_IDS;
    const first = runRecord(runId);
    await ledger.recordRun(first);
    await ledger.recordRun(first);
    assert.deepEqual(await ledger.runs(ANN, 10), [first]);
    const again = runRecord(runId, { outcome: 'stopped', errors: [], notices: [], octets: 5_000_000_000 });
    await ledger.recordRun(again);
    assert.deepEqual(await ledger.runs(ANN, 10), [again]);
  });

  check('accounts do not see each other’s runs', async ({ ledger }) => {
    const [runId] = RUN_IDS;
    await ledger.recordRun(runRecord(runId));
    assert.deepEqual(await ledger.runs(BOB, 10), []);
    const ofBob = runRecord(runId, { account: BOB, octets: 8 });
    await ledger.recordRun(ofBob);
    assert.deepEqual(await ledger.runs(BOB, 10), [ofBob]);
    assert.deepEqual(await ledger.runs(ANN, 10), [runRecord(runId)]);
  });

  check('the log of a thousand deletions is kept whole', async ({ ledger }) => {
    // A UIDL has up to 70 octets (RFC 1939 section 7); some have more.
    const usual = Array.from({ length: 1000 }, (_, index) => uidlOf(`${index}-`.padEnd(70, 'u')));
    const entries = [...ODD_UIDLS, ...usual].map((uidl) => deletionEntry(uidl));
    const run = runRecord(RUN_IDS[0], { deletions: { outcome: 'committed', entries } });
    await ledger.recordRun(run);
    assert.deepEqual(await ledger.runs(ANN, 1), [run]);
  });
}
