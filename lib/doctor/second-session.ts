// A second session of an examination: beside the first where time allows it, after it where not, and never a third login
// when the second was refused for anything but a lock.

import { LoginError } from '../core/pop3/failed-login.ts';
import type { Pop3Session } from '../session/pop3-session.ts';
import type { CheckBook } from './check-book.ts';
import { note, notTried, ok } from './check.ts';
import type { CheckName } from './check.ts';
import type { SeenListing } from './judge-listing.ts';
import { problemOf } from './judge-opening.ts';
import type { SecondSession } from './plan-second-session.ts';
import { endCleanly, seeListing } from './see-listing.ts';
import { pause } from './within.ts';

export interface SecondSessionPorts {
  readonly book: CheckBook;
  readonly open: () => Promise<Pop3Session>;
  readonly signal: AbortSignal;
  readonly onStep: (name: CheckName) => void;
}

export interface AfterSecondSession {
  /** The one to go on in, of the caller from now on; `undefined`: none is open. */
  readonly session: Pop3Session | undefined;
  /** Of the second; `undefined` when there was none: then it is told why. */
  readonly listing: SeenListing | undefined;
}

/**
 * @param first of which no message was shown; it is dropped here if this throws
 * @throws what `signal` was aborted with, and what ends the second session once it is open
 */
export async function examineSessions(
  first: Pop3Session,
  plan: SecondSession,
  ports: SecondSessionPorts,
): Promise<AfterSecondSession> {
  try {
    return await inSecondSession(first, plan, ports);
  } catch (error) {
    first.drop();
    throw error;
  }
}

async function inSecondSession(
  first: Pop3Session,
  plan: SecondSession,
  ports: SecondSessionPorts,
): Promise<AfterSecondSession> {
  const { book, open, signal } = ports;
  if (plan.when === 'never') {
    book.add(notTried('sessions', plan.why), notTried('stability', plan.why));
    return { session: first, listing: undefined };
  }
  if (plan.when === 'after') {
    const why = 'the server wants so much time between two logins that the first session would not stay open';
    book.add(notTried('sessions', why));
    return await openAfter(first, plan.waitMs, ports);
  }
  await pause(plan.waitMs, signal);
  let beside: Pop3Session;
  try {
    beside = await open();
  } catch (error) {
    signal.throwIfAborted();
    if (noteRefused(error, book) === 'locked') return await openAfter(first, plan.waitMs, ports);
    return { session: first, listing: undefined };
  }
  return { session: first, listing: await listBeside(beside, ports) };
}

async function listBeside(beside: Pop3Session, { book, onStep }: SecondSessionPorts): Promise<SeenListing> {
  book.add(
    ok(
      'sessions',
      'a second session is let in while the first is open: the server keeps no other program away from this mailbox',
    ),
  );
  onStep('stability');
  try {
    const listing = await seeListing(beside);
    await endCleanly(beside);
    return listing;
  } finally {
    beside.drop();
  }
}

function noteRefused(error: unknown, book: CheckBook): 'locked' | 'refused' {
  const { finding } = problemOf('sessions', error);
  if (error instanceof LoginError && error.meaning === 'busy') {
    book.add(ok('sessions', `the server lets in one session at a time: ${finding}`));
    return 'locked';
  }
  book.add(
    note('sessions', `a second session was refused while the first was open: ${finding}`),
    notTried('stability', 'the second login was refused, and is not repeated'),
  );
  return 'refused';
}

async function openAfter(
  first: Pop3Session,
  waitMs: number,
  { book, open, signal, onStep }: SecondSessionPorts,
): Promise<AfterSecondSession> {
  onStep('stability');
  await endCleanly(first);
  await pause(waitMs, signal);
  let session: Pop3Session;
  try {
    session = await open();
  } catch (error) {
    signal.throwIfAborted();
    const { finding } = problemOf('stability', error);
    book.add(notTried('stability', `a session after the first was refused: ${finding}`));
    return { session: undefined, listing: undefined };
  }
  try {
    return { session, listing: await seeListing(session) };
  } catch (error) {
    session.drop();
    throw error;
  }
}
