// The provider moves and every UIDL is another: messages are recognised without being fetched again, but never on a guess
// that was not confirmed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertFinished, readArchive, type ArchiveSnapshot } from '../support/archive-snapshot.ts';
import type { ReportedCounts } from '../support/import-run.ts';
import { readLedger } from '../support/ledger-file.ts';
import { assertNothingLost, mailboxOf } from '../support/nothing-lost.ts';
import { maildropOf, type TestMessage } from '../support/pop3-server/maildrop.ts';
import {
  assertGood,
  assertQuiet,
  importThenTurnOver,
  letters,
  MESSAGES,
  noticeCodes,
  renumbered,
  runAndWatch,
} from '../support/turned-over.ts';

/** Confirmed by their octets: about the square root of 60. */
const LARGEST_SAMPLE = 8;
const options = { timeout: 120_000 };

void test(
  'after a turnover only a sample is fetched, nothing is stored twice, and the next run is quiet',
  options,
  async () => {
    await using place = await importThenTurnOver();
    const before = await readArchive(place.archive);
    const { run, retrieved, topped } = await runAndWatch(place);
    assertGood(run);
    assert.deepEqual(noticeCodes(run.run), ['UIDL_TURNOVER']);
    assert.ok(retrieved.length > 0 && retrieved.length <= LARGEST_SAMPLE, `fetched: ${retrieved.join(' ')}`);
    assert.equal(topped.length, MESSAGES);
    assertCounts(run.run.counts, { known: MESSAGES - retrieved.length, duplicate: retrieved.length });
    assert.deepEqual(rawOf(await readArchive(place.archive)), rawOf(before), 'the archive is as it was');
    await assertQuiet(place);
  },
);

void test('new mail among renumbered mail is fetched, and only the new is stored', options, async () => {
  await using place = await importThenTurnOver();
  const later = letters(200, 205);
  // In the middle, so that message numbers help nobody.
  place.server.maildrop.splice(20, 0, ...later);
  const { run, retrieved } = await runAndWatch(place);
  assertGood(run);
  const { stored, known, duplicate } = run.run.counts;
  assert.deepEqual([stored, known + duplicate], [later.length, MESSAGES]);
  assert.ok(retrieved.length <= LARGEST_SAMPLE + later.length, `fetched: ${retrieved.join(' ')}`);
  const archive = await readArchive(place.archive);
  assertFinished(archive);
  assertNothingLost(mailboxOf(place.server.maildrop), [], archive);
  await assertQuiet(place);
});

void test('without TOP every message is fetched again, and all of them are duplicates', options, async () => {
  await using place = await importThenTurnOver();
  place.server.faults = { refuseTop: true };
  const before = await readArchive(place.archive);
  const { run, retrieved } = await runAndWatch(place);
  assertGood(run);
  assert.deepEqual(noticeCodes(run.run), ['UIDL_TURNOVER']);
  assert.equal(retrieved.length, MESSAGES);
  assertCounts(run.run.counts, { duplicate: MESSAGES });
  assert.deepEqual(rawOf(await readArchive(place.archive)), rawOf(before));
  await assertQuiet(place);
});

void test(
  'two messages with the same header and size, and other bodies, are both fetched',
  options,
  async () => {
    const twins = ['one', 'two'].map((word) => twin(word));
    await using place = await importThenTurnOver({ maildrop: [...twins, ...letters(0, MESSAGES - 2)] });
    const before = await readArchive(place.archive);
    const { run, retrieved } = await runAndWatch(place);
    assertGood(run);
    assert.ok(retrieved.includes('RETR 1') && retrieved.includes('RETR 2'), retrieved.join(' '));
    assert.ok(retrieved.length <= LARGEST_SAMPLE + 2, `fetched: ${retrieved.join(' ')}`);
    assert.deepEqual(rawOf(await readArchive(place.archive)), rawOf(before));
    const twinRecords = readLedger(place.archive).filter(({ uidl }) =>
      place.server.maildrop.slice(0, 2).some((message) => message.uidl === uidl),
    );
    assert.deepEqual(twinRecords.map(({ sha256 }) => sha256).sort(), digestsOf(twins));
    await assertQuiet(place);
  },
);

void test(
  'a server that shows the old headers and sizes over other bodies fools nobody: all of it is stored',
  options,
  async () => {
    await using place = await importThenTurnOver({ maildrop: lettersWith('first') });
    const changed = lettersWith('other');
    place.server.maildrop.splice(0, MESSAGES, ...changed.map(renumbered));
    const { run, retrieved } = await runAndWatch(place);
    assertGood(run);
    assert.equal(retrieved.length, MESSAGES);
    assertCounts(run.run.counts, { stored: MESSAGES });
    const archive = await readArchive(place.archive);
    assertFinished(archive);
    assert.equal(archive.raw.size, 2 * MESSAGES);
    assertNothingLost(mailboxOf(changed), [], archive);
    await assertQuiet(place);
  },
);

/** Letters whose bodies end in a word. */
function lettersWith(word: string): TestMessage[] {
  return maildropOf(
    letters(0, MESSAGES).map(({ content }) => Buffer.concat([content as Buffer, Buffer.from(`${word}\r\n`)])),
  );
}

/** Every word of the same length gives the same header and the same size. */
function twin(word: string): TestMessage {
  const head = 'From: twins@example.org\r\nDate: Wed, 01 Jan 2025 00:00:00 +0000\r\nSubject: either\r\n\r\n';
  return { uidl: `twin-${word}`, content: Buffer.from(`${head}${word}\r\n`) };
}

function assertCounts(counts: ReportedCounts, expected: Partial<ReportedCounts>): void {
  for (const [state, count] of Object.entries({ known: 0, stored: 0, duplicate: 0, failed: 0, ...expected }))
    assert.equal(counts[state as keyof ReportedCounts], count, `${state}: ${JSON.stringify(counts)}`);
}

function rawOf({ raw }: ArchiveSnapshot): [string, unknown][] {
  return [...raw];
}

function digestsOf(maildrop: readonly TestMessage[]): string[] {
  return mailboxOf(maildrop)
    .map(({ sha256 }) => sha256)
    .sort();
}
