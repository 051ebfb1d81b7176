// The SQLite lease between processes of one machine: one at a time has it, and what a dead one had is free at once.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeadOwner, localOwnerName } from '../../lib/adapters/local-owner.ts';
import type { LeaseHold } from '../../lib/ports/ledger.ts';
import { acquired, refused } from '../contract/ledger-under-test.ts';
import { accountProgress, ANN } from '../contract/sample-records.ts';
import type { RaceReport } from '../support/lease-process.ts';
import { openLedgerFile } from '../support/sqlite-ledger-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeVersion1Ledger } from '../support/version-1-ledger.ts';

/** How often each process of a race has the lease. */
const WINS = 30;
const PROGRAM = fileURLToPath(new URL('../support/lease-process.ts', import.meta.url));

interface LeaseProcess extends AsyncDisposable {
  /** @throws if it ends first */
  readLine(): Promise<string>;
  writeLine(): void;
}

/** `await using` kills it. */
function start(...args: string[]): LeaseProcess {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    readLine: async () => {
      const line = await lines.next();
      return line.done === true ? assert.fail('the process ended with no further line') : line.value;
    },
    writeLine: () => void child.stdin.write('\n'),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

test('what a living process holds stays its own; once it was killed, it is free at once', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  let first: LeaseHold;
  using file = openLedgerFile(path, { now: Date.now, isDeadOwner });
  const { ledger, lease } = file;
  {
    await using other = start('hold', path, 'run-1');
    first = JSON.parse(await other.readLine()) as LeaseHold;
    assert.equal((await refused(lease, ANN, `${localOwnerName()}/run-2`)).heldBy, first.owner);
    assert.equal(await ledger.saveProgress(ANN, accountProgress(), undefined), 'stale');
    assert.equal(await ledger.setDeletionsUnsettled(first, true), 'saved');
  }
  assert.equal((await ledger.state(ANN)).lease?.owner, first.owner);
  assert.equal(await ledger.saveProgress(ANN, accountProgress(), undefined), 'saved');
  const second = await acquired(lease, ANN, `${localOwnerName()}/run-2`);
  assert.ok(second.fence > first.fence);
  assert.equal(await ledger.setDeletionsUnsettled(first, false), 'stale');
  assert.equal((await ledger.state(ANN)).deletionsUnsettled, true);
});

for (const [title, prepare] of [
  ['a file that none of them finds', () => {}],
  [
    'a file of version 1 that all of them find',
    (path: string) => writeVersion1Ledger(path, { account: ANN, messages: [], runs: [], parseJobs: [] }),
  ],
] as const) {
  test(`processes that race for one lease on ${title} have it one at a time`, async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'ledger.db');
    prepare(path);
    await using one = start('race', path, folder.path, String(WINS));
    await using two = start('race', path, folder.path, String(WINS));
    await using three = start('race', path, folder.path, String(WINS));
    const racers = [one, two, three];
    for (const racer of racers) assert.equal(await racer.readLine(), 'ready');
    for (const racer of racers) racer.writeLine();
    const lines = await Promise.all(racers.map(async (racer) => await racer.readLine()));
    const reports = lines.map((line) => JSON.parse(line) as RaceReport);
    const fences = reports.flatMap((report) => report.fences).sort((a, b) => a - b);
    const everyNumberOnce = Array.from({ length: racers.length * WINS }, (_, index) => index + 1);
    assert.deepEqual(fences, everyNumberOnce);
    for (const report of reports)
      assert.deepEqual(
        report.fences,
        report.fences.toSorted((a, b) => a - b),
      );
    assert.ok(
      reports.some(({ refused }) => refused > 0),
      'they never met',
    );
  });
}
