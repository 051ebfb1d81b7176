// What a session that deletes must get right, what refusing a password means, and what two runs of the import leave.

import assert from 'node:assert/strict';
import { failureOf } from '../../support/failure-of.ts';
import { assertHoldsMailbox } from '../../support/agreement.ts';
import { readArchive, storedDigests } from '../../support/archive-snapshot.ts';
import type { ServerOffers } from '../../support/servers/real-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import type { Pop3Session } from '../../../lib/session/pop3-session.ts';
import type { Feature, Subject } from './feature.ts';
import { bestTls } from './reading-features.ts';
import { importInto, inSession } from './server-session.ts';

/** In this order. */
export const CHANGING_FEATURES: readonly Feature[] = [
  { name: 'import twice', applies: () => true, check: importTwice },
  { name: 'drop undoes DELE', applies: doesDelete, check: dropUndoes },
  { name: 'DELE, QUIT, gone', applies: doesDelete, check: quitCommits },
];

/** Touches no mailbox, and some servers take seconds to say no: tried beside all others. */
export const WRONG_PASSWORD: Feature = {
  name: 'wrong password',
  applies: () => true,
  check: async ({ server, reader }) => {
    // In a way that even a simulator which lets nearly everybody in refuses.
    const how = { user: reader.user, method: 'USER', password: 'x' } as const;
    const error = await failureOf(() => inSession(server, how, async () => undefined));
    assert.deepEqual([error.code, error.scope, error.retryable], ['POP3_AUTH_FAILED', 'account', false]);
    return undefined;
  },
};

async function importTwice({ offers, server, reader }: Subject): Promise<string | undefined> {
  await using folder = await temporaryFolder();
  const how = { user: reader.user, tls: bestTls(offers) };
  const distinct = new Set(reader.opinion.map(({ sha256 }) => sha256)).size;
  const first = await importInto(folder.path, server, how);
  assert.deepEqual(first.errors, []);
  assert.equal(first.outcome, 'complete');
  const second = await importInto(folder.path, server, how);
  assert.deepEqual(second.errors, []);
  const archive = await readArchive(folder.path);
  assert.deepEqual(archive.unexpected, []);
  if (offers.uidls === 'growing') {
    const stored = new Set(storedDigests(archive));
    assert.deepEqual(
      reader.opinion.filter(({ sha256 }) => !stored.has(sha256)),
      [],
    );
    assert.ok(second.counts.known >= reader.opinion.length);
    return `the second run finds ${second.counts.stored} more, made by the server itself`;
  }
  assert.equal(first.counts.stored, distinct);
  assertHoldsMailbox(archive, reader.opinion);
  assert.equal(second.counts.stored, 0);
  if (offers.uidls === 'shared')
    return `${second.counts.duplicate} of ${second.counts.listed} fetched again, none stored again`;
  assert.deepEqual([second.octets, second.counts.known], [0, reader.opinion.length]);
  return undefined;
}

function doesDelete({ keepsDeleted }: ServerOffers): boolean {
  return keepsDeleted !== true;
}

async function dropUndoes(subject: Subject): Promise<string | undefined> {
  const before = subject.remover.opinion.map(({ uidl }) => uidl);
  await deleteTwo(subject, (session) => session.drop());
  assert.deepEqual(await stillListed(subject), before);
  return undefined;
}

async function quitCommits(subject: Subject): Promise<string | undefined> {
  const before = subject.remover.opinion.map(({ uidl }) => uidl);
  await deleteTwo(subject, (session) => session.quit());
  assert.deepEqual(
    await stillListed(subject),
    before.filter((_, index) => !isDeleted(index)),
  );
  return undefined;
}

/** Of the independent client's listing. */
function isDeleted(index: number): boolean {
  return index === 0 || index === 2;
}

async function deleteTwo(
  { server, remover }: Subject,
  end: (session: Pop3Session) => Promise<void> | void,
): Promise<void> {
  await inSession(server, remover, async (session) => {
    const numbers = new Map(
      (await session.uidl())?.map(({ uidl, messageNumber }) => [String(uidl), messageNumber]),
    );
    for (const { uidl } of remover.opinion.filter((_, index) => isDeleted(index)))
      await session.dele(numbers.get(uidl) ?? 0);
    await end(session);
  });
}

/** Which of the messages the independent client found are listed, in its order. */
async function stillListed({ server, remover }: Subject): Promise<string[]> {
  const rows = await inSession(server, remover, async (session) => {
    const rows = await session.uidl();
    await session.quit();
    return rows;
  });
  assert.ok(rows, 'UIDL was refused');
  const listed = new Set<string | undefined>(rows.map(({ uidl }) => uidl));
  return remover.opinion.map(({ uidl }) => uidl).filter((uidl) => listed.has(uidl));
}
