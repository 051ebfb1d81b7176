// The one promise that holds at every moment, crash or not: what was ever in the mailbox is on the server or in the archive.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveSnapshot } from './archive-snapshot.ts';
import { readLedger } from './ledger-file.ts';
import { asServed, type TestMessage } from './pop3-server/maildrop.ts';

/** A message and the digest of its octets as RETR carries them. */
export interface MailboxMessage {
  readonly uidl: string;
  readonly sha256: string;
}

/** The messages of a test server, as an independent client would report them. */
export function mailboxOf(maildrop: readonly TestMessage[]): MailboxMessage[] {
  return maildrop.map(({ uidl, content }) => {
    if (!Buffer.isBuffer(content)) throw new Error('only messages in memory can be compared');
    return { uidl, sha256: createHash('sha256').update(asServed(content)).digest('hex') };
  });
}

/**
 * Every message is still listed under its UIDL, or its octets are in the archive.
 * @param mailbox all that was ever in it
 * @param onServer all that is in it now, read after the last client was gone and before the archive was read
 */
export function assertNothingLost(
  mailbox: readonly MailboxMessage[],
  onServer: readonly MailboxMessage[],
  archive: ArchiveSnapshot,
): void {
  const listed = new Set(onServer.map(nameOf));
  const stored = new Set([...archive.raw.values()].map(({ sha256 }) => sha256));
  const lost = mailbox.filter((message) => !listed.has(nameOf(message)) && !stored.has(message.sha256));
  assert.deepEqual(lost, [], 'messages are neither on the server nor in the archive');
}

/** What the ledger calls stored is in the archive: true at any moment, also right after a SIGKILL. @param folder of the archive */
export function assertLedgerHonest(folder: string, archive: ArchiveSnapshot): void {
  if (!existsSync(join(folder, 'ledger.db'))) return;
  const stored = new Set([...archive.raw.values()].map(({ sha256 }) => sha256));
  const claimed = readLedger(folder).filter(({ state }) => state === 'stored');
  assert.deepEqual(
    claimed.filter(({ sha256 }) => !stored.has(sha256)),
    [],
    'the ledger has records of messages that are not in the archive',
  );
}

/** The ledger has exactly these messages, all of them stored, and knows that the server deleted them. */
export function assertAllDeleted(folder: string, mailbox: readonly MailboxMessage[]): void {
  const expected = mailbox.map((message) => `${nameOf(message)} stored deleted`);
  const rows = readLedger(folder).map(
    ({ uidl, sha256, state, mark }) => `${uidl} ${sha256} ${state} ${mark}`,
  );
  assert.deepEqual(rows.sort(), expected.sort());
}

function nameOf({ uidl, sha256 }: MailboxMessage): string {
  return `${uidl} ${sha256}`;
}
