// The line breaks while an account deletes what an earlier run has stored: what the server did is found out, and explained.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertBalanced } from '../support/agreement.ts';
import { mailWithAttachments } from '../support/attachment-mail.ts';
import { countSeen, startCommandProxy } from '../support/command-proxy.ts';
import {
  assertSettled,
  assertSound,
  importCut,
  importWell,
  MESSAGES,
  openDeletingPlace,
} from '../support/deleting-place.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { runImportOfOne } from '../support/import-run.ts';
import { readWithPython } from '../support/second-opinion.ts';

void test(
  'mail that arrives after a lost +OK to QUIT is fetched and deleted by the next run, and nothing else is',
  { skip: dovecotSkip(), timeout: 60_000 },
  async () => {
    await using place = await openDeletingPlace();
    // The account has a history here: an earlier run that kept everything.
    const kept = await runImportOfOne(await place.through(place.dovecot.port, '--no-delete'));
    assert.equal(kept.run.deletions.outcome, 'off');
    const run = await importCut(place, { verb: 'QUIT', where: 0 });
    assert.deepEqual([run.counts.known, run.deletions.outcome], [MESSAGES, 'unknown']);
    assert.equal((await assertSound(place)).length, 0);
    const letters = [101, 102, 103].map((number) => mailWithAttachments(number));
    await place.dovecot.deliver(letters.map((bytes) => ({ name: 'later', bytes })));
    const later = await readWithPython(place.dovecot);
    const next = await runImportOfOne(await place.through(place.dovecot.port));
    assert.equal(next.exitCode, 0, JSON.stringify(next.run));
    assert.deepEqual([next.run.counts.listed, next.run.counts.stored], [3, 3]);
    assert.deepEqual(next.run.notices, []);
    place.mailbox.push(...later);
    await assertSettled(place);
  },
);

void test(
  'a line cut where the server proves what it is about to delete: nothing is lost, and one good run settles it',
  { skip: dovecotSkip(), timeout: 60_000 },
  async () => {
    await using place = await openDeletingPlace();
    await runImportOfOne(await place.through(place.dovecot.port, '--no-delete'));
    const cut = { verb: 'TOP', occurrence: 3, where: 100 } as const;
    await using proxy = await startCommandProxy({ port: place.dovecot.port, cut });
    const { run } = await runImportOfOne(await place.through(proxy.port));
    assert.equal(proxy.cuts(), 1, 'nothing was cut');
    assertBalanced(run.counts);
    assert.deepEqual(
      run.notices.map(({ code }) => code),
      ['RECONNECTED'],
    );
    // What was not shown to be the stored message is fetched before it may be deleted.
    assert.equal(countSeen(proxy, 'RETR'), MESSAGES - (cut.occurrence - 1));
    const left = await assertSound(place);
    assert.equal(await importWell(place, left.length), 0);
    await assertSettled(place);
  },
);
