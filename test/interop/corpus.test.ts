// The whole corpus of published test messages, imported from a real Dovecot and compared with what an independent client retrieves.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertFirstRun, assertHoldsMailbox, assertNothingNew } from '../support/agreement.ts';
import { assertFinished, readArchive } from '../support/archive-snapshot.ts';
import { CORPUS_MESSAGES, corpusMessages, corpusSkip } from '../support/corpus.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { startDovecot } from '../support/dovecot.ts';
import { runImportOfOne, writeConfig } from '../support/import-run.ts';
import { readWithPython } from '../support/second-opinion.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skip = corpusSkip() || dovecotSkip();

void test(
  'every message of the corpus is stored once, with the octets an independent client retrieves, and never fetched again',
  { skip, timeout: 240_000 },
  async () => {
    await using folder = await temporaryFolder();
    await using dovecot = await startDovecot({ messages: corpusMessages() });
    const mailbox = await readWithPython(dovecot);
    assert.equal(mailbox.length, CORPUS_MESSAGES);
    const configFile = await writeConfig(folder.path, { port: dovecot.port, user: dovecot.user });
    const options = { configFile, password: dovecot.password };

    const first = await runImportOfOne(options);
    assert.deepEqual(first.run.errors, []);
    assert.equal(first.exitCode, 0);
    assertFirstRun(first.run.counts, mailbox);
    const archive = await readArchive(join(folder.path, 'mail'));
    assertFinished(archive);
    assertHoldsMailbox(archive, mailbox);

    const second = await runImportOfOne(options);
    assert.equal(second.exitCode, 0);
    assertNothingNew(second.run.counts, CORPUS_MESSAGES);
    assert.equal(second.run.octets, 0);
    assert.deepEqual(await readArchive(join(folder.path, 'mail')), archive);

    // The server's own account: the Python client's session, the first run's, the second run's.
    const retrieved = (await dovecot.sessions()).map((session) => session.retrieved);
    assert.equal(retrieved[0], CORPUS_MESSAGES);
    assert.equal(
      retrieved.slice(1).reduce((sum, count) => sum + count, 0),
      CORPUS_MESSAGES,
      `messages retrieved a session: ${retrieved.join(' ')}`,
    );
  },
);
