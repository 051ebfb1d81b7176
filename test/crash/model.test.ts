// The import as a model: a crash at any step, before or after its effect, two runs at once, servers that lie and lose
// their words. Whatever happens, nothing is lost, nothing is stored twice, nothing is deleted that is not safe.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { seededRandom } from '../support/seeded-random.ts';
import { Census } from './model/census.ts';
import { generateHistory } from './model/generate-history.ts';
import { printHistory } from './model/history.ts';
import type { History } from './model/history.ts';
import { MUST_HAPPEN } from './model/must-happen.ts';
import { playHistory } from './model/play-history.ts';
import type { Moment } from './model/process.ts';
import { SCENARIOS, withCrash, withFault, withNap } from './model/scenarios.ts';
import { shrink } from './model/shrink.ts';

const IS_LONG = process.env['MAILFERRY_LONG'] === '1';
const HISTORIES = IS_LONG ? 100_000 : 2000;
/** However slow the machine is. */
const FEWEST_HISTORIES = 600;
const TIME_MS = IS_LONG ? Infinity : 30_000;
const MOST_SHRINKING = 2000;
const SIDES = ['before', 'after'] as const;
const { seed: SEED } = seededRandom();
/** Between the steps at which a run falls asleep. */
const STRIDE = IS_LONG ? 1 : 2;

void test('no history of crashes, races, faults and strange servers loses, doubles or wrongly deletes a message', async (t) => {
  t.diagnostic(`MAILFERRY_SEED=${SEED}`);
  const census = new Census();
  const started = performance.now();
  const missing = (): string[] => MUST_HAPPEN.filter((what) => census.count(what) === 0);
  const isEnough = (histories: number): boolean =>
    histories >= FEWEST_HISTORIES && performance.now() - started > TIME_MS && missing().length === 0;
  let histories = 0;
  while (histories < HISTORIES && !isEnough(histories)) {
    await check(generateHistory(SEED + histories), census, `MAILFERRY_SEED=${SEED + histories} repeats this`);
    histories += 1;
  }
  report(t, census, histories);
  assert.deepEqual(missing(), [], 'the generator never did this');
});

for (const scenario of SCENARIOS) {
  void test(`a crash at any step is recovered from: ${scenario.name}`, async (t) => {
    const census = new Census();
    const histories = await everywhere('crash', 1, census, (crash) => withCrash(scenario, crash));
    report(t, census, histories);
    assert.ok(histories > 20, `only ${histories} moments to crash at`);
  });

  void test(`a call that fails at any step, done or not, is recovered from: ${scenario.name}`, async (t) => {
    const census = new Census();
    const histories = await everywhere('fault', 1, census, (fault) => withFault(scenario, fault));
    report(t, census, histories);
    assert.ok(histories > 20, `only ${histories} calls to fail`);
  });

  void test(`a run that stands still until another has taken over does no harm: ${scenario.name}`, async (t) => {
    const census = new Census();
    let histories = 0;
    for (let step = 1 + (SEED % STRIDE); ; step += STRIDE) {
      const one = new Census();
      await check(withNap(scenario, step, null), one, `a nap at step ${step}`);
      if (one.count('nap') === 0) break;
      census.add(one);
      histories += 1;
      if (!IS_LONG) continue;
      histories += await everywhere('crash', step, census, (crash) => withNap(scenario, step, crash));
    }
    report(t, census, histories);
    assert.ok(census.count('error LEASE_LOST') > 0, 'nobody ever lost the lease');
  });
}

/**
 * On both sides of every step, from this one to the last that the run has; in a short run on one side of each, and in the next
 * on the other.
 * @returns how often
 */
async function everywhere(
  what: 'crash' | 'fault',
  first: number,
  census: Census,
  historyOf: (moment: Moment) => History,
): Promise<number> {
  for (let step = first; ; step += 1) {
    for (const side of IS_LONG ? SIDES : [SIDES[(SEED + step) % 2] ?? 'before']) {
      const one = new Census();
      await check(historyOf({ step, side }), one, `a ${what} ${side} step ${step}`);
      if (one.under(`${what} `).length === 0) return (step - first) * (IS_LONG ? SIDES.length : 1);
      census.add(one);
    }
  }
}

/** Plays a history; if it fails, finds a short one that fails alike, and tells both. */
async function check(history: History, census: Census, repeatedBy: string): Promise<void> {
  const accusations = await playHistory(history, census);
  const [first] = accusations;
  if (first === undefined) return;
  const invariant = first.slice(0, first.indexOf(':'));
  const failsAlike = async (shorter: History): Promise<boolean> =>
    (await playHistory(shorter, new Census())).some((accusation) => accusation.startsWith(`${invariant}:`));
  const shortest = await shrink(history, failsAlike, MOST_SHRINKING);
  assert.fail(
    [
      `${repeatedBy}:`,
      ...accusations.map((accusation) => `  ${accusation}`),
      'after',
      `  ${printHistory(history)}`,
      'and in short',
      `  ${printHistory(shortest)}`,
    ].join('\n'),
  );
}

function report(t: TestContext, census: Census, histories: number): void {
  const crashes = census.under('crash ');
  const times = crashes.reduce((sum, [, count]) => sum + count, 0);
  t.diagnostic(
    `${histories} histories, ${census.count('steps')} steps, ${times} crashes at ${crashes.length} places`,
  );
  for (const kind of ['crash', 'fault', 'operation', 'mail', 'quirk', 'error', 'notice', 'deletions'])
    t.diagnostic(
      `${kind}: ${census
        .under(`${kind} `)
        .map(([what, count]) => `${what} ${count}`)
        .join(', ')}`,
    );
}
