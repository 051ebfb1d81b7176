// Real servers whose UIDLs do not name one message for good: nothing may be lost for it, and nothing stored twice.

import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRecord } from '../../../lib/core/run-record.ts';
import { assertHoldsMailbox } from '../../support/agreement.ts';
import { readArchive, storedDigests } from '../../support/archive-snapshot.ts';
import type { LoadedMessage } from '../../support/maildir.ts';
import { readWithPython } from '../../support/second-opinion.ts';
import type { SecondOpinion } from '../../support/second-opinion.ts';
import { courier } from '../../support/servers/courier.ts';
import { inetsim } from '../../support/servers/inetsim.ts';
import { plainMailWithLf } from '../../support/servers/matrix-mail.ts';
import { writeMbox } from '../../support/servers/mbox.ts';
import { popa3d } from '../../support/servers/popa3d.ts';
import type { RunningServer } from '../../support/servers/real-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { importInto } from './server-session.ts';

const reader = { user: 'reader' };
const timeout = 120_000;

void describe('UIDLs that do not name one message for good', { concurrency: true }, () => {
  void test(
    'popa3d: new messages get the UIDL of a known one; each is stored once, and all can be deleted',
    { skip: popa3d.skip(), timeout },
    async () => {
      await using folder = await temporaryFolder();
      const [first, all] = [mailOfThreeHeaders(3), mailOfThreeHeaders(12)];
      await using server = await popa3d.start({ mailboxes: { reader: first } });
      assertDone(await importInto(folder.path, server, reader), { listed: 3, stored: 3 });
      assertDone(await importInto(folder.path, server, reader), { listed: 3, known: 3 });
      // Every UIDL that was one message's is now that of four, all of one size.
      await writeMbox(join(server.folder, 'var/mail/reader'), all);
      const mailbox = await opinionOf(server);
      assert.equal(new Set(mailbox.map(({ uidl, size }) => `${uidl} ${size}`)).size, 3);
      assertDone(await importInto(folder.path, server, reader), { listed: 12, stored: 9, duplicate: 3 });
      assertHoldsMailbox(await readArchive(folder.path), mailbox);
      assertDone(await importInto(folder.path, server, reader), { listed: 12, duplicate: 12 });
      const last = await importInto(folder.path, server, reader, { onServer: 'delete' });
      assert.equal(last.deletions.outcome, 'committed');
      assert.deepEqual(await opinionOf(server), []);
      assertHoldsMailbox(await readArchive(folder.path), mailbox);
    },
  );

  void test(
    'courier: all are new when it has lost its list of them; no message is stored again',
    { skip: courier.skip(), timeout },
    async () => {
      await using folder = await temporaryFolder();
      await using server = await courier.start({ mailboxes: { reader: plainMailWithLf(20) } });
      const before = await opinionOf(server);
      assertDone(await importInto(folder.path, server, reader), { listed: 20, stored: 20 });
      const old = new Set(before.map(({ uidl }) => uidl));
      await rm(join(server.folder, 'home/reader/Maildir/courierpop3dsizelist'));
      // Part of each is the second in which the list was made.
      await sleep(1_000);
      assert.ok((await opinionOf(server)).every(({ uidl }) => !old.has(uidl)));
      const { counts, errors } = await importInto(folder.path, server, reader);
      assert.deepEqual([errors, counts.listed, counts.stored], [[], 20, 0]);
      const digests = before.map(({ sha256 }) => sha256).sort();
      assert.deepEqual(storedDigests(await readArchive(folder.path)), digests);
    },
  );

  void test(
    'inetsim: another draw of the mail with every login; what comes again is known, what is away is not forgotten',
    { skip: inetsim.skip(), timeout },
    async () => {
      await using folder = await temporaryFolder();
      const settings = ['pop3_mbox_rebuild 0', 'pop3_mbox_maxmails 20'];
      await using server = await inetsim.start({ mailboxes: { reader: plainMailWithLf(10) }, settings });
      const runs: RunRecord[] = [];
      for (let run = 0; run < 10; run += 1) runs.push(await importInto(folder.path, server, reader));
      assert.deepEqual(
        runs.flatMap(({ errors }) => errors),
        [],
      );
      assert.equal(sum(runs, 'duplicate'), 0, 'a message was fetched again');
      assert.ok(sum(runs, 'known') > 0, 'no message came again: the draws prove nothing');
      const letters = await storedLetters(folder.path);
      assert.ok(letters.length > 0);
      assert.equal(new Set(letters).size, letters.length, 'a message is stored twice');
    },
  );
});

/** Three headers, and a body of its own for each message; all bodies of one size. */
function mailOfThreeHeaders(count: number): LoadedMessage[] {
  const headers = plainMailWithLf(3).map(({ bytes }) => bytes.toString('latin1').split('\n\n')[0] ?? '');
  return Array.from({ length: count }, (_, index) => ({
    name: `letter-${index}`,
    bytes: Buffer.from(
      `${headers[index % headers.length]}\n\nThis is another letter, number ${10 + index}.\n`,
    ),
  }));
}

async function opinionOf(server: RunningServer): Promise<SecondOpinion[]> {
  return await readWithPython({ ...server, ...reader });
}

function assertDone({ errors, outcome, counts }: RunRecord, expected: Partial<RunRecord['counts']>): void {
  assert.deepEqual([errors, outcome], [[], 'complete']);
  const found = Object.entries(counts).filter(([, count]) => count !== 0);
  assert.deepEqual(Object.fromEntries(found), expected);
}

function sum(runs: readonly RunRecord[], state: 'known' | 'duplicate'): number {
  return runs.reduce((total, { counts }) => total + counts[state], 0);
}

/** The Message-IDs of what we loaded; the server adds messages of its own, that have none. */
async function storedLetters(folder: string): Promise<string[]> {
  const { raw } = await readArchive(folder);
  const texts = await Promise.all([...raw.keys()].map((key) => readFile(join(folder, key), 'latin1')));
  return texts.flatMap((text) => /^Message-ID: <(letter-\d+)@/m.exec(text)?.[1] ?? []);
}
