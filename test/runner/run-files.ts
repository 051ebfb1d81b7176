// Runs test files, each in a process of its own, prints what they say, and counts. Never counts a suite as a test.

import { finished } from 'node:stream/promises';
import { relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

export interface SkippedTest {
  readonly name: string;
  /** Relative to the project's root. */
  readonly file: string;
  readonly reason: string;
}

export interface Tally {
  readonly passed: number;
  /** Cancelled tests, and files that ended badly outside any test, count as failed. */
  readonly failed: number;
  readonly skips: readonly SkippedTest[];
}

export interface RunFilesOptions {
  /** Files at the same time. */
  readonly concurrency: number;
  /** Lift the limit of eight minutes a file. */
  readonly long: boolean;
}

const FILE_TIMEOUT_MS = 480_000;

export async function runFiles(
  files: readonly string[],
  { concurrency, long }: RunFilesOptions,
): Promise<Tally> {
  let passed = 0;
  let failed = 0;
  const skips: SkippedTest[] = [];
  const events = run({ files, concurrency, timeout: long ? Infinity : FILE_TIMEOUT_MS });
  events.on('test:pass', ({ name, file, skip, details }) => {
    if (details.type === 'suite') return;
    if (skip === undefined || skip === false) passed += 1;
    else
      skips.push({ name, file: relative('.', file ?? ''), reason: skip === true ? 'no reason given' : skip });
  });
  events.on('test:fail', ({ details }) => {
    if (details.type !== 'suite') failed += 1;
  });
  const report = events.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return { passed, failed, skips };
}
