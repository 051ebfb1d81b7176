// A program for tests: works with the lease of account `ann` in a ledger file, as a process of its own.
//   hold <ledger file> <run id>         acquires, prints the outcome, and stays until its input ends or it is killed
//   race <ledger file> <folder> <wins>  opens, prints `ready`, waits for a line, acquires and releases until it had the
//                                       lease so many times, prints a RaceReport

import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isDeadOwner, localOwnerName } from '../../lib/adapters/local-owner.ts';
import { ANN } from '../contract/sample-records.ts';
import { openLedgerFile } from './sqlite-ledger-file.ts';

export interface RaceReport {
  /** In the order in which this process had them. */
  readonly fences: readonly number[];
  /** Times somebody else had the lease. */
  readonly refused: number;
}

const LEASE_MS = 60_000;
/** Longer than a writer sleeps before it tries again to get the lock of the file. */
const STAY_MS = 5;
const [mode, path = '', place = '', wins] = process.argv.slice(2);

using file = openLedgerFile(path, { now: Date.now, isDeadOwner });
if (mode === 'hold') await hold();
else await race();

async function hold(): Promise<void> {
  console.log(JSON.stringify(await file.lease.acquire(ANN, `${localOwnerName()}/${place}`, LEASE_MS)));
  await once(process.stdin.resume(), 'end');
}

async function race(): Promise<void> {
  console.log('ready');
  await once(process.stdin, 'data');
  process.stdin.destroy();
  const fences: number[] = [];
  let refused = 0;
  while (fences.length < Number(wins)) {
    const outcome = await file.lease.acquire(ANN, `${localOwnerName()}/run-${fences.length}`, LEASE_MS);
    if ('heldBy' in outcome) refused += 1;
    else {
      fences.push(outcome.fence);
      await beAlone();
      await file.lease.release(outcome);
    }
    await setTimeout(1);
  }
  console.log(JSON.stringify({ fences, refused } satisfies RaceReport));
}

/** Fails if another process is in here at the same time. */
async function beAlone(): Promise<void> {
  const mark = join(place, 'somebody-has-the-lease');
  writeFileSync(mark, '', { flag: 'wx' });
  await setTimeout(STAY_MS);
  rmSync(mark);
}
