// A Dovecot with mail and an account that deletes, to be cut off and to recover: what several crash tests do again and again.
// Never shared by two tests.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { assertBalanced, assertHoldsMailbox, assertNothingNew } from './agreement.ts';
import { assertFinished, assertUndamaged, readArchive } from './archive-snapshot.ts';
import { mailWithAttachments } from './attachment-mail.ts';
import { countSeen, startCommandProxy, type CommandProxy } from './command-proxy.ts';
import type { CommandCut } from './command-relay.ts';
import { startDovecot, type RunningDovecot } from './dovecot.ts';
import {
  runImportOfOne,
  writeConfig,
  type ImportOptions,
  type ReportedRun,
  COMMAND_BY_COMMAND,
} from './import-run.ts';
import { readLedger } from './ledger-file.ts';
import { assertAllDeleted, assertLedgerHonest, assertNothingLost } from './nothing-lost.ts';
import { readWithPython, type SecondOpinion } from './second-opinion.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** In the mailbox; enough that the guard against abnormal listings would speak up, were it wrong. */
export const MESSAGES = 14;

/** A Dovecot with mail, and an archive of an account that deletes. */
export interface DeletingPlace extends AsyncDisposable {
  readonly dovecot: RunningDovecot;
  readonly archive: string;
  /** All that was ever in the mailbox. */
  readonly mailbox: SecondOpinion[];
  /** The options of an import over this port. */
  through(port: number, ...args: string[]): Promise<ImportOptions>;
}

/** The caller owns it: `await using`. */
export async function openDeletingPlace(): Promise<DeletingPlace> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  // Two of them are the same, octet for octet.
  const numbers = Array.from({ length: MESSAGES }, (_, index) => (index === 9 ? 8 : index));
  const messages = numbers.map((number) => ({ name: `${number}`, bytes: mailWithAttachments(number) }));
  const dovecot = stack.use(await startDovecot({ messages, tls: 'no' }));
  const mailbox = await readWithPython(dovecot);
  assert.equal(mailbox.length, MESSAGES);
  const owned = stack.move();
  return {
    dovecot,
    mailbox,
    archive: join(folder.path, 'mail'),
    through: async (port, ...args) => {
      const account = { port, user: dovecot.user, onServer: 'delete', ...COMMAND_BY_COMMAND } as const;
      return { configFile: await writeConfig(folder.path, account), password: dovecot.password, args };
    },
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  };
}

/** One import over a line that is cut, and has to say so. */
export async function importCut(place: DeletingPlace, cut: CommandCut): Promise<ReportedRun> {
  await using proxy = await startCommandProxy({ port: place.dovecot.port, cut });
  const { exitCode, run } = await runImportOfOne(await place.through(proxy.port));
  assert.equal(proxy.cuts(), 1, 'nothing was cut');
  assert.equal(exitCode, 1, JSON.stringify(run));
  assertRetrievedOnce(proxy);
  return run;
}

/** Also not by the session that went on after the first one broke. */
function assertRetrievedOnce(proxy: CommandProxy): void {
  const numbers = proxy.connections.flat().filter(({ verb }) => verb === 'RETR');
  assert.equal(new Set(numbers.map(({ argument }) => argument)).size, numbers.length, 'a message twice');
}

/** Nothing lost so far. @returns what is on the server */
export async function assertSound({
  dovecot,
  mailbox,
  archive: folder,
}: DeletingPlace): Promise<SecondOpinion[]> {
  await dovecot.sessions();
  const onServer = await readWithPython(dovecot);
  const archive = await readArchive(folder);
  assertUndamaged(archive);
  assertNothingLost(mailbox, onServer, archive);
  assertLedgerHonest(folder, archive);
  return onServer;
}

/** One import that goes well and deletes all that is listed. @returns how many messages it retrieved */
export async function importWell(place: DeletingPlace, listed: number): Promise<number> {
  await using proxy = await startCommandProxy({ port: place.dovecot.port });
  const { exitCode, run } = await runImportOfOne(await place.through(proxy.port));
  assert.equal(exitCode, 0, JSON.stringify(run));
  assertBalanced(run.counts);
  assert.equal(run.counts.listed, listed);
  assert.deepEqual(run.notices, []);
  assert.equal(countSeen(proxy, 'DELE'), listed, 'one DELE for every message left');
  return countSeen(proxy, 'RETR');
}

/** The server empty, the archive complete, the ledger told, and nothing left to do for a further run. */
export async function assertSettled(place: DeletingPlace): Promise<void> {
  const { archive: folder, mailbox } = place;
  assert.deepEqual(await assertSound(place), [], 'the server is empty');
  const archive = await readArchive(folder);
  assertFinished(archive);
  assertHoldsMailbox(archive, mailbox);
  assertAllDeleted(folder, mailbox);
  const before = readLedger(folder);
  const { exitCode, run } = await runImportOfOne(await place.through(place.dovecot.port));
  assert.equal(exitCode, 0);
  assertNothingNew(run.counts, 0);
  assert.deepEqual(readLedger(folder), before);
}
