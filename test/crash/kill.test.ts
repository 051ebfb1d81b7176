// SIGKILL at random moments of an import: whatever it leaves, one clean run makes the archive that no kill would have made.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertBalanced, assertHoldsMailbox, assertNothingNew } from '../support/agreement.ts';
import {
  assertFinished,
  assertUndamaged,
  readArchive,
  type ArchiveSnapshot,
} from '../support/archive-snapshot.ts';
import { mailWithAttachments } from '../support/attachment-mail.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { startDovecot } from '../support/dovecot.ts';
import { runImportOfOne, startImport, writeConfig, type ImportOptions } from '../support/import-run.ts';
import type { RunningCli } from '../support/cli.ts';
import { assertNoOrphans } from '../support/no-orphans.ts';
import { procSkip } from '../support/process-facts.ts';
import { readWithPython, type SecondOpinion } from '../support/second-opinion.ts';
import { seededRandom, type SeededRandom } from '../support/seeded-random.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MESSAGES = 300;
const KILLS = process.env['MAILFERRY_LONG'] === '1' ? 100 : 10;
/** Then another archive is begun: later kills would find little left to import. */
const KILLS_PER_ARCHIVE = 10;

void test(
  `an import killed ${KILLS} times leaves nothing lost, twice, half-written or lying about`,
  { skip: dovecotSkip() || procSkip(), timeout: 60_000 + KILLS * 12_000 },
  async (t) => {
    const random = seededRandom();
    t.diagnostic(`MAILFERRY_SEED=${random.seed}`);
    await using folder = await temporaryFolder();
    await using dovecot = await startDovecot({
      messages: Array.from({ length: MESSAGES }, (_, index) => ({
        name: `attachments-${index}`,
        bytes: mailWithAttachments(index),
      })),
    });
    const mailbox = await readWithPython(dovecot);
    const prepare = async (name: string): Promise<Place> => {
      const path = join(folder.path, name);
      const configFile = await writeConfig(path, { port: dovecot.port, user: dovecot.user });
      return { archive: join(path, 'mail'), options: { configFile, password: dovecot.password } };
    };
    const reference = await importUndisturbed(await prepare('undisturbed'), mailbox);
    const states: number[] = [];
    for (let round = 1; states.length < KILLS; round += 1) {
      assert.ok(round <= KILLS, `only ${states.length} kills met an import under way`);
      const place = await prepare(`killed-${round}`);
      const most = Math.min(KILLS_PER_ARCHIVE, KILLS - states.length);
      const met = await killRepeatedly(place, reference, most, random);
      t.diagnostic(`archive ${round}, objects in it after each kill: ${met.join(', ')}`);
      states.push(...met);
      await assertRecovers(place, reference.archive, mailbox);
    }
    // Without this the test would pass on kills that came too early to matter.
    assert.ok(
      new Set(states).size > KILLS / 3,
      `kills met too few states of the import: ${states.join(', ')}`,
    );
  },
);

interface Place {
  readonly archive: string;
  readonly options: ImportOptions;
}

interface Reference {
  readonly archive: ArchiveSnapshot;
  /** How long a run takes that finds nothing new. */
  readonly emptyRunMs: number;
  /** How much longer the whole import takes. */
  readonly workMs: number;
}

async function importUndisturbed(place: Place, mailbox: readonly SecondOpinion[]): Promise<Reference> {
  const started = performance.now();
  const { exitCode, run } = await runImportOfOne(place.options);
  const fullRunMs = performance.now() - started;
  assert.equal(exitCode, 0, JSON.stringify(run.errors));
  assert.equal(run.counts.stored, MESSAGES);
  const restarted = performance.now();
  assertNothingNew((await runImportOfOne(place.options)).run.counts, MESSAGES);
  const emptyRunMs = performance.now() - restarted;
  const archive = await readArchive(place.archive);
  assertFinished(archive);
  assertHoldsMailbox(archive, mailbox);
  return { archive, emptyRunMs, workMs: Math.max(0, fullRunMs - emptyRunMs) };
}

/**
 * Kill imports into one archive until nothing is left to import, at most so many times.
 * @returns how many messages and documents were in the archive after each kill of an import under way
 */
async function killRepeatedly(
  { archive: folder, options }: Place,
  { emptyRunMs, workMs }: Reference,
  most: number,
  random: SeededRandom,
): Promise<number[]> {
  const states: number[] = [];
  while (states.length < most) {
    const running = startImport(options);
    // One in four dies before it is seen to do anything; the others do on average a twelfth of the work: ten do not quite finish it.
    const isEarly = random.between(0, 4) < 1;
    if (!isEarly) await untilMoreThan(states.at(-1) ?? 0, folder, running);
    await sleep(random.between(0, isEarly ? emptyRunMs : workMs / 6));
    running.killHard();
    const { signal } = await running.result;
    await assertNoOrphans(running.pid);
    const archive = await readArchive(folder);
    assertUndamaged(archive);
    const objects = archive.raw.size + archive.parsed.size;
    if (signal !== 'SIGKILL' || objects === 2 * MESSAGES) break;
    states.push(objects);
  }
  return states;
}

/** By what lies there and not by the clock: how busy the machine is changes from one start to the next. */
async function untilMoreThan(objects: number, folder: string, running: RunningCli): Promise<void> {
  while (running.isAlive() && (await countObjects(folder)) <= objects) await sleep(5);
}

async function countObjects(folder: string): Promise<number> {
  let count = 0;
  for (const part of ['raw', 'parsed']) {
    const names = await readdir(join(folder, part), { recursive: true }).catch(() => []);
    count += names.filter((name) => /\.(eml|json)$/.test(name)).length;
  }
  return count;
}

async function assertRecovers(
  place: Place,
  undisturbed: ArchiveSnapshot,
  mailbox: readonly SecondOpinion[],
): Promise<void> {
  const { exitCode, run } = await runImportOfOne(place.options);
  assert.equal(exitCode, 0, JSON.stringify(run.errors));
  assertBalanced(run.counts);
  const { listed, known, stored, duplicate } = run.counts;
  assert.equal(listed, MESSAGES);
  assert.equal(known + stored + duplicate, MESSAGES, JSON.stringify(run.counts));
  const archive = await readArchive(place.archive);
  assertFinished(archive);
  assertHoldsMailbox(archive, mailbox);
  assert.deepEqual(archive.raw, undisturbed.raw);
  assert.deepEqual(archive.attachments, undisturbed.attachments);
  assert.deepEqual(comparable(archive), comparable(undisturbed));
  assertNothingNew((await runImportOfOne(place.options)).run.counts, MESSAGES);
}

function comparable(archive: ArchiveSnapshot): Record<string, string> {
  return Object.fromEntries([...archive.parsed].map(([key, document]) => [key, document.comparable]));
}
