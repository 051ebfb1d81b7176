// A Maildrop over a real server on this machine, dropped afterwards in any case.

import assert from 'node:assert/strict';
import type { ListedMessage } from '../../lib/core/pop3/listing.ts';
import { Maildrop } from '../../lib/import/maildrop.ts';
import { accountAt, ACCESS } from '../session/session-under-test.ts';
import { collect } from '../support/memory-blob-store.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import type { Pop3TestServer } from '../support/pop3-server.ts';
import { pop3BySocket } from '../support/pop3-by.ts';

/** A message of this UIDL whose octets name it; `size` more octets make another size. */
export function mailOf(uidl: string, text = uidl, size = 0): TestMessage {
  return { uidl, content: Buffer.from(`Subject: ${text}\r\n\r\n${'.'.repeat(size)}body of ${text}\r\n`) };
}

export async function serve(...maildrop: TestMessage[]): Promise<Pop3TestServer> {
  return await startPop3Server({ maildrop, user: 'ann', password: 'secret' });
}

export async function openMaildrop(port: number, expectsUidls = false): Promise<Maildrop> {
  const { signal } = new AbortController();
  return await Maildrop.open({
    account: accountAt(port),
    access: ACCESS,
    pop3: pop3BySocket,
    signal,
    expectsUidls,
  });
}

export async function inMaildrop(
  { port }: Pick<Pop3TestServer, 'port'>,
  use: (maildrop: Maildrop) => Promise<void>,
): Promise<void> {
  const maildrop = await openMaildrop(port);
  try {
    await use(maildrop);
  } finally {
    maildrop.drop();
  }
}

/** The message that the first session had under this number. */
export function listedAs(maildrop: Maildrop, messageNumber: number): ListedMessage {
  const listed = maildrop.listing.find((listed) => listed.messageNumber === messageNumber);
  assert.ok(listed, `message ${messageNumber} is not listed`);
  return listed;
}

export async function fetch(maildrop: Maildrop, listed: ListedMessage): Promise<string> {
  return (await collect(maildrop.retrieve(listed))).toString();
}

export async function showHeader(maildrop: Maildrop, listed: ListedMessage): Promise<string> {
  const header = await maildrop.header(listed);
  assert.ok(header, `TOP ${listed.messageNumber} was refused`);
  return (await collect(header)).toString();
}
