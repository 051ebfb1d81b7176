// STAT, LIST, UIDL, DELE, NOOP, RSET and QUIT (RFC 1939 sections 5 to 7).
// Never removes a message before QUIT: a session that ends in any other way leaves the maildrop as it was.

import { listedMessages, messageAt, NO_SUCH_MESSAGE, reply, replyRows } from './session.ts';
import type { Session } from './session.ts';
import { sizeOctetsOf } from './maildrop.ts';
import type { TestMessage } from './maildrop.ts';

export async function stat(session: Session): Promise<void> {
  const listed = listedMessages(session);
  await reply(session, `+OK ${listed.length} ${listed.reduce((sum, { size }) => sum + size, 0)}`);
}

export async function list(session: Session, argument: string): Promise<void> {
  const wrong = session.server.faults.listSizes;
  await answerListing(session, argument, (number, message) =>
    String(wrong?.[number] ?? sizeOctetsOf(message)),
  );
}

export async function uidl(session: Session, argument: string): Promise<void> {
  if (session.server.faults.noUidl === true) await reply(session, '-ERR unknown command');
  else await answerListing(session, argument, (_, message) => message.uidl);
}

async function answerListing(
  session: Session,
  argument: string,
  column: (number: number, message: TestMessage) => string,
): Promise<void> {
  if (argument === '') {
    const rows = listedMessages(session).map(({ number, message }) => `${number} ${column(number, message)}`);
    await replyRows(session, `+OK ${rows.length} messages`, rows);
    return;
  }
  const message = messageAt(session, argument);
  const number = Number(argument);
  await reply(session, message === undefined ? NO_SUCH_MESSAGE : `+OK ${number} ${column(number, message)}`);
}

export async function dele(session: Session, argument: string): Promise<void> {
  const message = messageAt(session, argument);
  if (message !== undefined) session.deleted.add(message);
  await reply(session, message === undefined ? NO_SUCH_MESSAGE : '+OK marked');
}

export async function noop(session: Session): Promise<void> {
  await reply(session, '+OK');
}

export async function rset(session: Session): Promise<void> {
  session.deleted.clear();
  await reply(session, '+OK nothing is marked');
}

export async function quit(session: Session): Promise<void> {
  const { server, deleted, log } = session;
  const fault = server.faults.quit;
  session.phase = 'over';
  if (fault === undefined || fault === 'commit-and-drop') {
    const kept = server.maildrop.filter((message) => !deleted.has(message));
    server.maildrop.splice(0, server.maildrop.length, ...kept);
  }
  if (fault === 'refuse') await reply(session, '-ERR some messages are not removed');
  if (fault !== undefined) return;
  log.ending = 'quit';
  await reply(session, '+OK bye');
}
