// SIGKILL at random moments of an import that deletes: at no moment is a message neither on the server nor in the archive,
// and clean runs afterwards leave an empty server and every message once.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertBalanced, assertHoldsMailbox, assertNothingNew } from '../support/agreement.ts';
import { assertFinished, assertUndamaged, readArchive } from '../support/archive-snapshot.ts';
import { mailWithAttachments } from '../support/attachment-mail.ts';
import { startCommandProxy, type CommandProxy } from '../support/command-proxy.ts';
import type { SeenCommand } from '../support/command-relay.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { startDovecot, type RunningDovecot } from '../support/dovecot.ts';
import { runImportOfOne, startImport, writeConfig, type ImportOptions } from '../support/import-run.ts';
import type { LoadedMessage } from '../support/maildir.ts';
import { assertNoOrphans } from '../support/no-orphans.ts';
import { assertAllDeleted, assertLedgerHonest, assertNothingLost } from '../support/nothing-lost.ts';
import { plainMail } from '../support/odd-mail.ts';
import { procSkip } from '../support/process-facts.ts';
import { readWithPython, type SecondOpinion } from '../support/second-opinion.ts';
import { seededRandom, type SeededRandom } from '../support/seeded-random.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const KILLS = process.env['MAILFERRY_LONG'] === '1' ? 200 : 20;
/** Then another mailbox is begun: later kills would find little left to fetch. */
const KILLS_PER_ARCHIVE = 10;
const MESSAGES = 90;
/** Small steps, so that every run fetches something and deletes something. */
const LIMITS = { runMessages: 14, deletionsPerRun: 9 };
/** Makes every phase long enough to be hit. */
const DELAYS_MS = { RETR: 12, DELE: 15, QUIT: 50 };

/** From when on, and for how long, a kill is aimed; where it lands is chance all the same. */
const AIMS = [
  { from: 'RETR', windowMs: 200 },
  { from: 'DELE', windowMs: 120 },
  { from: 'RETR', windowMs: 200 },
  { from: 'QUIT', windowMs: 90 },
  { from: undefined, windowMs: 1_500 },
] as const;
type Aim = (typeof AIMS)[number];

/** What the run was doing when it was killed: `late` after the `+OK` to QUIT. */
type Phase = 'early' | 'fetch' | 'delete' | 'quit' | 'late';

void test(
  `an import that deletes, killed ${KILLS} times, never has a message in neither place`,
  { skip: dovecotSkip() || procSkip(), timeout: 60_000 + KILLS * 12_000 },
  async (t) => {
    const random = seededRandom();
    t.diagnostic(`MAILFERRY_SEED=${random.seed}`);
    const phases: Phase[] = [];
    for (let round = 1; phases.length < KILLS; round += 1) {
      assert.ok(round <= KILLS, `only ${phases.length} kills met an import under way`);
      const most = Math.min(KILLS_PER_ARCHIVE, KILLS - phases.length);
      const met = await killAndRecover(t, { round, most }, random);
      t.diagnostic(`mailbox ${round}, killed while: ${met.join(', ')}`);
      phases.push(...met);
    }
    const inFetch = phases.filter((phase) => phase === 'fetch').length;
    const inDeletion = phases.filter((phase) => phase === 'delete' || phase === 'quit').length;
    t.diagnostic(
      `${phases.length} kills: ${inFetch} in the fetch phase, ${inDeletion} in the deletion phase`,
    );
    // Without this the test would pass on kills that came when nothing was at stake.
    assert.ok(inFetch >= KILLS / 10, `only ${inFetch} kills while messages were fetched`);
    assert.ok(inDeletion >= KILLS / 10, `only ${inDeletion} kills between the first DELE and QUIT's +OK`);
  },
);

interface Place {
  readonly dovecot: RunningDovecot;
  readonly proxy: CommandProxy;
  readonly archive: string;
  readonly options: ImportOptions;
  /** What was in the mailbox before anything was deleted. */
  readonly mailbox: readonly SecondOpinion[];
}

async function killAndRecover(
  t: TestContext,
  { round, most }: { round: number; most: number },
  random: SeededRandom,
): Promise<Phase[]> {
  await using folder = await temporaryFolder();
  await using dovecot = await startDovecot({ messages: mixedMail(), tls: 'no' });
  await using proxy = await startCommandProxy({ port: dovecot.port, delaysMs: DELAYS_MS });
  const mailbox = await readWithPython(dovecot);
  assert.equal(mailbox.length, MESSAGES);
  const account = { user: dovecot.user, onServer: 'delete' } as const;
  const configFile = await writeConfig(folder.path, { ...account, port: proxy.port, limits: LIMITS });
  const options = { configFile, password: dovecot.password };
  const place = { dovecot, proxy, archive: join(folder.path, 'mail'), options, mailbox };
  const phases: Phase[] = [];
  while (phases.length < most && (await readWithPython(dovecot)).length > 0) {
    // Begun with another one in each mailbox.
    const aim = AIMS[(round + phases.length) % AIMS.length] ?? AIMS[0];
    const phase = await killOnce(place, aim, random);
    if (phase) phases.push(phase);
    await assertSound(place);
  }
  await writeConfig(folder.path, { ...account, port: dovecot.port });
  await assertRecovers(t, place);
  return phases;
}

/** @returns `undefined` if the run had ended before the kill */
async function killOnce(
  { proxy, options }: Place,
  { from, windowMs }: Aim,
  random: SeededRandom,
): Promise<Phase | undefined> {
  const before = proxy.connections.length;
  const running = startImport(options);
  if (from !== undefined) await Promise.race([proxy.next(from), running.result]);
  await sleep(random.between(0, windowMs));
  const phase = phaseOf(proxy.connections.slice(before).at(-1));
  running.killHard();
  const { signal, exitCode, stdout, stderr } = await running.result;
  await assertNoOrphans(running.pid);
  await proxy.idle();
  if (signal === 'SIGKILL') return phase;
  assert.equal(exitCode, 0, `a run that nobody killed failed: ${stdout}${stderr}`);
  return undefined;
}

function phaseOf(commands: readonly SeenCommand[] = []): Phase {
  const last = commands.at(-1);
  // Pipelined, each RETR is followed by a LIST of its message.
  const isFetching = last?.verb === 'LIST' && commands.some(({ verb }) => verb === 'RETR');
  if (last?.verb === 'RETR' || isFetching) return 'fetch';
  if (last?.verb === 'DELE') return 'delete';
  const isCommitting = last?.verb === 'QUIT' && commands.some(({ verb }) => verb === 'DELE');
  if (isCommitting) return last.answerOctets === 0 ? 'quit' : 'late';
  return last?.verb === 'QUIT' ? 'late' : 'early';
}

async function assertSound({ dovecot, archive: folder, mailbox }: Place): Promise<void> {
  // The server's log has it when the server has dealt with the end of every session.
  await dovecot.sessions();
  const onServer = await readWithPython(dovecot);
  const archive = await readArchive(folder);
  assertUndamaged(archive);
  assertNothingLost(mailbox, onServer, archive);
  assertLedgerHonest(folder, archive);
}

async function assertRecovers(t: TestContext, place: Place): Promise<void> {
  const { dovecot, archive: folder, options, mailbox } = place;
  let runs = 0;
  for (let listed = Infinity; listed > 0; runs += 1) {
    assert.ok(runs < 2, `${listed} messages are still on the server after ${runs} clean runs`);
    const { exitCode, run } = await runImportOfOne(options);
    assert.equal(exitCode, 0, JSON.stringify(run));
    assertBalanced(run.counts);
    for (const { code, message } of run.notices) t.diagnostic(`clean run ${runs + 1}: ${code}: ${message}`);
    await assertSound(place);
    listed = (await readWithPython(dovecot)).length;
  }
  const further = await runImportOfOne(options);
  assert.equal(further.exitCode, 0);
  assertNothingNew(further.run.counts, 0);
  assert.equal(further.run.deletions.outcome, 'none');
  const archive = await readArchive(folder);
  assertFinished(archive);
  assertHoldsMailbox(archive, mailbox);
  assertAllDeleted(folder, mailbox);
}

/** Large ones, small ones, and in six places the same octets twice. */
function mixedMail(): LoadedMessage[] {
  return Array.from({ length: MESSAGES }, (_, index) => {
    const number = index % 15 === 14 ? index - 1 : index;
    const bytes = number % 5 === 0 ? mailWithAttachments(number) : plainMail(number);
    return { name: `message-${number}`, bytes };
  });
}
