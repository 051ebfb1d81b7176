// The line breaks before or after any command of an import that deletes: nothing is deleted that is not archived, nothing is
// fetched twice when only the answer to QUIT was lost, and one good run settles everything.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertBalanced } from '../support/agreement.ts';
import type { CommandCut } from '../support/command-relay.ts';
import {
  assertSettled,
  assertSound,
  importCut,
  importWell,
  MESSAGES,
  openDeletingPlace,
} from '../support/deleting-place.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import type { ReportedRun } from '../support/import-run.ts';

const [LISTING_CUT_OCTETS, MESSAGE_CUT_OCTETS] = [120, 3_000];

interface Expected {
  /** How many messages are left on the server. */
  readonly left: number;
  /** Messages fetched and recorded, those with the octets of another one among them. */
  readonly imported: number;
  /** Messages that the good run afterwards retrieves. */
  readonly retrievedNext: number;
  readonly deletions: ReportedRun['deletions']['outcome'];
}

const nothingDone: Expected = { left: MESSAGES, imported: 0, retrievedNext: MESSAGES, deletions: 'none' };
/** A server may close the connection instead of refusing a password (RFC 1939 section 4), and some do. */
const refused: Expected = { ...nothingDone };
const allStored = { left: MESSAGES, imported: MESSAGES, retrievedNext: 0, deletions: 'unknown' } as const;
const allDeleted: Expected = { ...allStored, left: 0 };
/** One message failed, and the run went on in another session. */
const oneLeft: Expected = { left: 1, imported: MESSAGES - 1, retrievedNext: 1, deletions: 'committed' };

const CASES: readonly (readonly [what: string, cut: CommandCut, expected: Expected])[] = [
  ['before PASS arrives', { verb: 'PASS', where: 'before-command' }, refused],
  ['before the answer to PASS', { verb: 'PASS', where: 0 }, nothingDone],
  ['before UIDL arrives', { verb: 'UIDL', where: 'before-command' }, nothingDone],
  ['in the middle of the UIDL listing', { verb: 'UIDL', where: LISTING_CUT_OCTETS }, nothingDone],
  ['in the middle of the LIST listing', { verb: 'LIST', where: LISTING_CUT_OCTETS }, nothingDone],
  ['before the first RETR arrives', { verb: 'RETR', where: 'before-command' }, oneLeft],
  ['before the answer to RETR', { verb: 'RETR', occurrence: 4, where: 0 }, oneLeft],
  ['in the middle of a message', { verb: 'RETR', occurrence: 7, where: MESSAGE_CUT_OCTETS }, oneLeft],
  ['in the middle of the last message', { verb: 'RETR', occurrence: 14, where: MESSAGE_CUT_OCTETS }, oneLeft],
  ['before the first DELE arrives', { verb: 'DELE', where: 'before-command' }, allStored],
  ['before the +OK to DELE', { verb: 'DELE', occurrence: 5, where: 0 }, allStored],
  ['before the +OK to the last DELE', { verb: 'DELE', occurrence: MESSAGES, where: 0 }, allStored],
  ['before QUIT arrives', { verb: 'QUIT', where: 'before-command' }, allStored],
  ['before the +OK to QUIT', { verb: 'QUIT', where: 0 }, allDeleted],
  ['in the middle of the +OK to QUIT', { verb: 'QUIT', where: 2 }, allDeleted],
];

for (const [index, [what, cut, expected]] of CASES.entries()) {
  const how = index % 2 === 0 ? 'close' : 'reset';
  void test(
    `an import that deletes is cut ${what} (${how}): nothing is lost, and one good run settles it`,
    { skip: dovecotSkip(), timeout: 60_000 },
    async () => {
      await using place = await openDeletingPlace();
      const run = await importCut(place, { ...cut, how });
      assertBalanced(run.counts);
      assert.equal(run.counts.stored + run.counts.duplicate, expected.imported);
      assert.equal(run.deletions.outcome, expected.deletions, JSON.stringify(run.deletions));
      assertReason(run, expected);
      assert.equal((await assertSound(place)).length, expected.left);
      const retrieved = await importWell(place, expected.left);
      assert.equal(retrieved, expected.retrievedNext, 'messages retrieved by the good run');
      await assertSettled(place);
    },
  );
}

function assertReason(run: ReportedRun, expected: Expected): void {
  const codes = [...new Set(run.errors.map(({ code }) => code))];
  const reconnected = run.notices.filter(({ code }) => code === 'RECONNECTED').length;
  const code = expected === refused ? 'POP3_AUTH_FAILED' : 'POP3_CONNECTION_LOST';
  assert.deepEqual(codes, [code], JSON.stringify(run));
  const isOneLeft = expected === oneLeft;
  assert.equal(run.outcome, isOneLeft ? 'partial' : 'stopped');
  assert.deepEqual([run.counts.failed, reconnected], isOneLeft ? [1, 1] : [0, 0]);
}
