// The end of every history: faults cease, and the import runs undisturbed until nothing changes any more.

import { MAX_BROKEN_SESSIONS } from '../../../lib/core/limits.ts';
import type { MessageRecord } from '../../../lib/core/record.ts';
import { PLAIN_FATE } from './history.ts';
import { isLost } from './mail-message.ts';
import type { MailMessage } from './mail-message.ts';
import type { Process } from './process.ts';
import { restoreAll } from './rot.ts';
import { runAlone } from './run-process.ts';
import type { World } from './world.ts';

/** Two deletions or two messages a run, and quarantine after three, come to an end long before this. */
const MOST_RUNS = 60;

export async function comeToRest(world: World): Promise<void> {
  calm(world, (await world.state()).lease?.expiresAt ?? 0);
  await retryQuarantined(world);
  let before = await fingerprint(world);
  for (let runs = 1; runs <= MOST_RUNS; runs += 1) {
    const process = await runAlone(world, PLAIN_FATE);
    const after = await fingerprint(world);
    if (world.accusations.length > 0) return;
    if (after === before && runs > 1) {
      quietRunsDoNothing(world, process, await world.records());
      return;
    }
    before = after;
  }
  world.accuse('quietRunsDoNothing', `after ${MOST_RUNS} runs there is still something to do`);
}

/** Put back what was given up, as `mailferry retry` does. */
export async function retryQuarantined(world: World): Promise<void> {
  for (const record of await world.records()) {
    if (record.state !== 'quarantined') continue;
    world.census.note('put back');
    await world.ledger.commit(world.account.id, { ...record, state: 'failed', attempts: 0 });
  }
}

/** @param leaseEndsAt epoch milliseconds: the clock may have been set back since a lease was given */
function calm(world: World, leaseEndsAt: number): void {
  world.nowMs = Math.max(world.nowMs, leaseEndsAt) + 1;
  for (const message of world.server.messages) if (!isLost(message)) message.trouble = undefined;
  // So many that break the session and cannot be set aside would end the fetching of every run.
  const breaking = world.server.messages.filter(
    (message) => message.trouble?.how === 'break' && !world.isIdentified(message),
  );
  for (const message of breaking.slice(MAX_BROKEN_SESSIONS - 1)) message.trouble = undefined;
  restoreAll(world);
  world.policy = { ...world.policy, pauseDeletions: false, messageOctets: undefined };
  world.server.quirks = {
    ...world.server.quirks,
    // A server that had UIDLs and has none is out of order.
    hasUidl: world.hadUidls,
    quit: 'ok',
    cut: null,
    turnedAway: 0,
  };
}

async function fingerprint(world: World): Promise<string> {
  const records = await world.records();
  const state = await world.state();
  return JSON.stringify([
    world.server.messages.map(({ name }) => name),
    records.map((record) => JSON.stringify(record)).sort(),
    world.blobs.writes.length,
    state.deletionsUnsettled,
    // A listing that looks wrong puts deletions off until the next run.
    state.progress?.lastListing,
  ]);
}

/** A quiet run fetches nothing that a UIDL identifies, stores nothing, deletes nothing, and knows everything. */
function quietRunsDoNothing(world: World, process: Process, records: readonly MessageRecord[]): void {
  const accuse = (detail: string): void => world.accuse('quietRunsDoNothing', `${process.name} ${detail}`);
  const returned = world.attempts.at(-1)?.returned;
  if (!returned || returned.runId !== process.name) {
    accuse('did not come to its end');
    return;
  }
  const { retrieved, marked } = process.conduct;
  const again = cannotBeTrusted(world) ? [] : retrieved.filter((message) => world.isIdentified(message));
  if (again.length > 0) accuse(`fetched ${namesOf(again)} again`);
  if (marked.length > 0) accuse(`deleted ${namesOf(marked)}`);
  const { listed, known, quarantined, duplicate, failed } = returned.counts;
  if (known + quarantined + duplicate + failed !== listed)
    accuse(`counts ${JSON.stringify(returned.counts)}`);
  const { messages } = world.server;
  const unidentified = messages.filter((message) => !world.isIdentified(message));
  if (duplicate > unidentified.length) accuse(`found ${duplicate} duplicates`);
  const failing = messages.filter((message) => isLost(message) && mayFailForEver(world, message, records));
  if (failed > failing.length) accuse(`failed to fetch ${failed} messages`);
  if (!messages.some(isLost) && returned.errors.length > 0)
    accuse(`reports ${returned.errors.map(({ message }) => message).join('; ')}`);
}

/** A server that gives old UIDLs to other messages, and shows no header: nothing but octets tells what it has. */
function cannotBeTrusted({ server, holders }: World): boolean {
  return !server.quirks.hasTop && server.messages.some(({ uidl }) => (holders.get(uidl)?.size ?? 0) > 1);
}

/** Nothing remembers how often: it has no UIDL of its own, or a record that no failure may replace. */
function mayFailForEver(world: World, message: MailMessage, records: readonly MessageRecord[]): boolean {
  return (
    !world.isIdentified(message) ||
    records.some(({ uidl, state }) => uidl === message.uidl && state === 'stored')
  );
}

function namesOf(messages: readonly MailMessage[]): string {
  return messages.map(({ name }) => name).join(', ');
}
