// A mailbox whose server has given every message another UIDL since the last run: what the turnover tests begin with.

import assert from 'node:assert/strict';
import { assertBalanced, assertNothingNew } from './agreement.ts';
import type { ImportResult, ReportedRun } from './import-run.ts';
import { startLoadedServer, type LoadedServer, type LoadedServerOptions } from './loaded-server.ts';
import { plainMail } from './odd-mail.ts';
import { maildropOf, type TestMessage } from './pop3-server/maildrop.ts';
import { sentCommands } from './sent-commands.ts';

/** In the mailbox. */
export const MESSAGES = 60;

/** A run, and the commands it sent. */
export interface WatchedRun {
  readonly run: RunResult;
  /** RETR lines, as all lines here in the order they came. */
  readonly retrieved: readonly string[];
  /** TOP lines. */
  readonly topped: readonly string[];
  /** DELE lines. */
  readonly deleted: readonly string[];
}

type RunResult = ImportResult & { readonly run: ReportedRun };

/** A first, good run; then every message has another UIDL. The caller owns it: `await using`. */
export async function importThenTurnOver(changes: Partial<LoadedServerOptions> = {}): Promise<LoadedServer> {
  const place = await startLoadedServer({ maildrop: letters(0, MESSAGES), ...changes });
  try {
    assertGood(await place.run());
    const { maildrop } = place.server;
    assert.equal(maildrop.length, MESSAGES);
    maildrop.splice(0, MESSAGES, ...maildrop.map(renumbered));
    return place;
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
}

/** Small messages, another one for each number, under UIDLs of before the turnover. */
export function letters(from: number, to: number): TestMessage[] {
  return maildropOf(Array.from({ length: to - from }, (_, index) => plainMail(from + index)));
}

/** The same message under another UIDL. */
export function renumbered({ uidl, content }: TestMessage): TestMessage {
  return { uidl: `moved-${uidl}`, content };
}

export async function runAndWatch(place: LoadedServer): Promise<WatchedRun> {
  const sessions = place.server.sessions.length;
  const run = await place.run();
  const sent = (verb: string): string[] => sentCommands(place.server, verb, sessions);
  return { run, retrieved: sent('RETR'), topped: sent('TOP'), deleted: sent('DELE') };
}

/** Nothing failed, and the books balance. */
export function assertGood({ exitCode, run }: RunResult): void {
  assert.deepEqual([exitCode, run.outcome], [0, 'complete'], JSON.stringify(run));
  assertBalanced(run.counts);
}

/** The run after: all of it known, and not a message or header asked for. */
export async function assertQuiet(place: LoadedServer): Promise<void> {
  const { run, retrieved, topped } = await runAndWatch(place);
  assertGood(run);
  assertNothingNew(run.run.counts, place.server.maildrop.length);
  assert.deepEqual([retrieved, topped, run.run.notices], [[], [], []]);
}

/** Sorted. */
export function noticeCodes({ notices }: ReportedRun): string[] {
  return notices.map(({ code }) => code).sort();
}
