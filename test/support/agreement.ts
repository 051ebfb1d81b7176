// What an archive and a run's counts must be, given what the independent client found in the mailbox.

import assert from 'node:assert/strict';
import type { ArchiveSnapshot } from './archive-snapshot.ts';
import type { ReportedCounts } from './import-run.ts';
import type { SecondOpinion } from './second-opinion.ts';

/** Exactly the mailbox's distinct messages, octet for octet, each under a UIDL and in a size the mailbox gives it. */
export function assertHoldsMailbox(archive: ArchiveSnapshot, mailbox: readonly SecondOpinion[]): void {
  const sizes = new Map(mailbox.map(({ sha256, size }) => [sha256, size]));
  const stored = new Map([...archive.raw.values()].map(({ sha256, sizeOctets }) => [sha256, sizeOctets]));
  assert.deepEqual(sorted(stored), sorted(sizes), 'the messages of archive and mailbox differ');
  assert.equal(archive.raw.size, sizes.size, 'a message is stored twice');
  const pairs = new Set(mailbox.map(({ sha256, uidl }) => `${sha256} ${uidl}`));
  for (const [key, { ingest }] of archive.parsed) {
    assert.ok(
      pairs.has(`${ingest.sha256} ${ingest.uidl}`),
      `${key} claims UIDL ${JSON.stringify(ingest.uidl)}`,
    );
  }
}

/** A first, complete run: everything new, and what has the octets of another message counted as its duplicate. */
export function assertFirstRun(counts: ReportedCounts, mailbox: readonly SecondOpinion[]): void {
  const distinct = new Set(mailbox.map(({ sha256 }) => sha256)).size;
  const expected = { listed: mailbox.length, stored: distinct, duplicate: mailbox.length - distinct };
  assert.deepEqual(counts, { ...NOTHING, ...expected });
}

/** A run that found nothing new. */
export function assertNothingNew(counts: ReportedCounts, listed: number): void {
  assert.deepEqual(counts, { ...NOTHING, listed, known: listed });
}

/** Every listed message is in exactly one state (the run record's own promise). */
export function assertBalanced(counts: ReportedCounts): void {
  const { listed, ...states } = counts;
  const sum = Object.values(states).reduce((total, count) => total + count, 0);
  assert.equal(sum, listed, `the counts do not balance: ${JSON.stringify(counts)}`);
}

const NOTHING: ReportedCounts = {
  listed: 0,
  known: 0,
  stored: 0,
  duplicate: 0,
  skipped: 0,
  quarantined: 0,
  failed: 0,
  deferred: 0,
};

function sorted(sizes: ReadonlyMap<string, number>): [string, number][] {
  return [...sizes].sort(([a], [b]) => (a < b ? -1 : 1));
}
