// Something changed the archive behind our back: what is gone or different there is never deleted on the server, and what the
// server still has is fetched again.

import assert from 'node:assert/strict';
import { rm, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { assertBalanced } from '../support/agreement.ts';
import { readArchive } from '../support/archive-snapshot.ts';
import { startLoadedServer, type LoadedServer } from '../support/loaded-server.ts';
import { plainMail } from '../support/odd-mail.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';

const MESSAGES = 20;

void test(
  'of stored messages that are due for deletion, those whose objects are gone or different stay on the server',
  { timeout: 60_000 },
  async () => {
    const maildrop = maildropOf(Array.from({ length: MESSAGES }, (_, index) => plainMail(index)));
    await using place = await startLoadedServer({ maildrop });
    assert.equal((await place.run()).run.counts.stored, MESSAGES);
    const [gone, cut] = [...(await readArchive(place.archive)).raw.keys()];
    assert.ok(gone !== undefined && cut !== undefined);
    await rm(join(place.archive, gone));
    await truncate(join(place.archive, cut), 100);
    await place.configure({ onServer: 'delete' });
    await runAndComplain(place);
    assert.deepEqual(uidlsLeft(place), uidlsOf(place, [gone, cut]));
    // What is gone can be had again; what is different is for a person to decide.
    await runAndComplain(place);
    assert.deepEqual(uidlsLeft(place), uidlsOf(place, [cut]));
    assert.ok((await readArchive(place.archive)).raw.has(gone));
  },
);

async function runAndComplain(place: LoadedServer): Promise<void> {
  const { exitCode, run } = await place.run();
  assert.equal(exitCode, 1, JSON.stringify(run));
  assert.deepEqual([...new Set(run.errors.map(({ code }) => code))], ['ARCHIVE_CORRUPT']);
  assertBalanced(run.counts);
}

function uidlsLeft({ server }: LoadedServer): string[] {
  return server.maildrop.map(({ uidl }) => uidl);
}

function uidlsOf({ mailbox }: LoadedServer, keys: readonly string[]): string[] {
  const digests = keys.map((key) => basename(key, '.eml'));
  return mailbox.filter(({ sha256 }) => digests.includes(sha256)).map(({ uidl }) => uidl);
}
