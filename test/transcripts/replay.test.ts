// Every transcript in this folder, replayed as it stands: whole answers, one octet per read, and random pieces. What the
// client sends is compared to the letter. The format is described in README.md beside this file.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { seededRandom } from '../support/seeded-random.ts';
import type { Transcript } from '../support/transcript.ts';
import { KNOWN_NEEDS, SUPPORTED_NEEDS } from '../support/transcript-client.ts';
import { readTranscripts, replay } from '../support/transcript-replay.ts';

const FILES = readTranscripts(import.meta.dirname);
/** More at hand is read in larger pieces until so much is left: a megabyte, octet by octet, takes minutes. */
const LONG_OCTETS = 2000;
const RANDOM_CUTS = 3;
/** Longer than anything a session waits for. */
const ENOUGH_MS = 24 * 3_600_000;

const random = seededRandom();

function missing({ needs }: Transcript): string[] {
  return needs.filter((need) => !SUPPORTED_NEEDS.includes(need));
}

test('there are at least 120 transcripts, each names its server and rows, and needs nothing unheard of', (t) => {
  assert.ok(FILES.length >= 120, `there are ${FILES.length}`);
  for (const { path, transcript } of FILES) {
    assert.ok(transcript.rows.length > 0, `${path} names no row of the conformance list`);
    for (const row of transcript.rows) assert.ok(row >= 1 && row <= 184, `${path}: no row ${row}`);
    for (const need of transcript.needs)
      assert.ok(KNOWN_NEEDS.includes(need), `${path}: unknown need ${need}`);
  }
  const waiting = FILES.filter(({ transcript }) => missing(transcript).length > 0);
  t.diagnostic(`${FILES.length} transcripts, ${waiting.length} of them not replayed yet`);
  for (const { path, transcript } of waiting)
    t.diagnostic(`  ${path} needs ${missing(transcript).join(', ')}`);
});

for (const { path, transcript } of FILES) {
  if (missing(transcript).length > 0) continue;
  test(`${path}: ${transcript.name}`, async (t) => {
    await replayCut(t, transcript, 'whole', (available) => available);
    await replayCut(t, transcript, 'one octet per read', (available) => (available > LONG_OCTETS ? 997 : 1));
    for (let round = 1; round <= RANDOM_CUTS; round += 1) {
      const cut = `random pieces, MAILFERRY_SEED=${random.seed}`;
      await replayCut(t, transcript, cut, (available) => Math.floor(random.between(1, available + 1)));
    }
  });
}

async function replayCut(
  t: TestContext,
  transcript: Transcript,
  cut: string,
  chunkOctets: (available: number) => number,
): Promise<void> {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const onSilence = (): void => {
    t.mock.timers.tick(ENOUGH_MS);
  };
  try {
    await replay(transcript, { chunkOctets, onSilence });
  } catch (error) {
    throw new assert.AssertionError({ message: `${cut}: ${(error as Error).message}` });
  } finally {
    t.mock.timers.reset();
  }
}
