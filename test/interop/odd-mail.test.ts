// Mail that breaks other programs, among plain mail, imported from a real Dovecot.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertFirstRun, assertHoldsMailbox } from '../support/agreement.ts';
import { assertFinished, readArchive, storedDigests } from '../support/archive-snapshot.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { startDovecot } from '../support/dovecot.ts';
import { runImportOfOne, writeConfig } from '../support/import-run.ts';
import type { LoadedMessage } from '../support/maildir.ts';
import { oddMail, plainMail } from '../support/odd-mail.ts';
import { readWithPython } from '../support/second-opinion.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PLAIN_MESSAGES = 300;

void test(
  'odd mail is stored as an independent client retrieves it, and as it was loaded wherever Dovecot sends it unchanged',
  { skip: dovecotSkip(), timeout: 120_000 },
  async () => {
    await using folder = await temporaryFolder();
    const messages = [...oddMail(), ...plainMessages()];
    await using dovecot = await startDovecot({ messages });
    const configFile = await writeConfig(folder.path, { port: dovecot.port, user: dovecot.user });
    const { exitCode, run } = await runImportOfOne({ configFile, password: dovecot.password });
    assert.deepEqual(run.errors, []);
    assert.equal(exitCode, 0);

    const mailbox = await readWithPython(dovecot);
    assert.equal(mailbox.length, messages.length);
    assertFirstRun(run.counts, mailbox);
    const archive = await readArchive(join(folder.path, 'mail'));
    assertFinished(archive);
    assertHoldsMailbox(archive, mailbox);

    const stored = new Set(storedDigests(archive));
    const unchanged = messages.filter(({ bytes }) => isSentUnchanged(bytes));
    const lost = unchanged.filter(({ bytes }) => !stored.has(sha256(bytes)));
    assert.deepEqual(
      lost.map(({ name }) => name),
      [],
    );
    // The rule above must leave the odd ones in, not only the plain.
    assert.ok(unchanged.length >= PLAIN_MESSAGES + 12, `only ${unchanged.length} messages were compared`);
  },
);

type WholeMessage = LoadedMessage & { readonly bytes: Buffer };

function plainMessages(): WholeMessage[] {
  return Array.from({ length: PLAIN_MESSAGES }, (_, index) => ({
    name: `plain-${index}`,
    bytes: plainMail(index),
  }));
}

/** Dovecot makes every line end CRLF, also a bare LF and a missing last one; everything else it leaves. */
function isSentUnchanged(bytes: Buffer): boolean {
  const octets = bytes.toString('latin1');
  return octets.endsWith('\r\n') && !/(?<!\r)\n/.test(octets);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
