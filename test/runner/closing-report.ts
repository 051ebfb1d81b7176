// The last words of a test run: what was not run and why, and one line of numbers. Never hides a skip.

import { NO_CORPUS } from '../support/corpus.ts';
import { NO_DOVECOT } from '../support/dovecot-presence.ts';
import { NO_MOTO } from '../support/moto-presence.ts';
import type { SkippedTest, Tally } from './run-files.ts';

export interface ClosingReport {
  /** Ends in `N passed, N failed, N skipped`, alone on its line. */
  readonly text: string;
  /** False when something failed, nothing passed, or a required test was skipped. */
  readonly good: boolean;
}

/** Skip reasons that begin so. */
const REQUIRED = [NO_DOVECOT, NO_MOTO, NO_CORPUS];

/** @param requireInterop the tests against real servers and the corpus must not be skipped */
export function closingReport({ passed, failed, skips }: Tally, requireInterop: boolean): ClosingReport {
  const missing = requireInterop ? skips.filter(isRequired) : [];
  const lines = ['', ...skipLines(skips)];
  if (missing.length > 0)
    lines.push(`${missing.length} of these are required here (MAILFERRY_REQUIRE_INTEROP=1)`);
  if (passed + failed === 0) lines.push('no test was run');
  lines.push(`${passed} passed, ${failed} failed, ${skips.length} skipped`, '');
  return { text: lines.join('\n'), good: failed === 0 && passed > 0 && missing.length === 0 };
}

/** Skipped tests, those with the same reason together. */
function skipLines(skips: readonly SkippedTest[]): string[] {
  const byReason = Map.groupBy(skips, ({ reason }) => reason);
  return [...byReason].flatMap(([reason, tests]) => [
    `skipped ${tests.length}: ${reason}`,
    ...tests.map(({ file, name }) => `  ${file}: ${name}`),
  ]);
}

function isRequired({ file, reason }: SkippedTest): boolean {
  return file.startsWith('test/interop/') || REQUIRED.some((lack) => reason.startsWith(lack));
}
