// CAPA, STLS, USER and PASS (RFC 1939 section 7, RFC 2449, RFC 2595): everything before a client sees mail.
// Never leaves the AUTHORIZATION state but through the right password.

import { reply, replyRows } from './session.ts';
import type { Session } from './session.ts';

export async function capa(session: Session): Promise<void> {
  const { faults } = session.server;
  if (faults.refuseCapa === true) {
    await reply(session, '-ERR unknown command');
    return;
  }
  const all = [
    'TOP',
    'UIDL',
    'RESP-CODES',
    'AUTH-RESP-CODE',
    'PIPELINING',
    'USER',
    'STLS',
    'IMPLEMENTATION test',
  ];
  const hidden = new Set(faults.hideCapabilities);
  if (faults.noUidl === true) hidden.add('UIDL');
  if (faults.refuseTop === true) hidden.add('TOP');
  if (!offersStls(session)) hidden.add('STLS');
  const shown = all.filter((capability) => !hidden.has(capability.split(' ', 1)[0] ?? ''));
  await replyRows(session, '+OK capabilities follow', [...shown, ...(faults.addCapabilities ?? [])]);
}

export async function stls(session: Session): Promise<void> {
  const { wire, server } = session;
  if (server.certificate === undefined || !offersStls(session) || server.faults.refuseStls === true) {
    await reply(session, '-ERR no TLS here');
    return;
  }
  const injected = server.faults.injectAfterStls;
  const words = Buffer.from('+OK begin TLS\r\n');
  await wire.startTls(
    server.certificate,
    injected === undefined ? [words] : [Buffer.concat([words, injected])],
  );
  // RFC 2595 section 4: what was said in clear is forgotten.
  session.userName = undefined;
  if (server.faults.answerInjectedCommand !== undefined)
    wire.injectInput(server.faults.answerInjectedCommand);
}

export async function user(session: Session, name: string): Promise<void> {
  session.userName = name;
  await reply(session, '+OK password please');
}

export async function pass(session: Session, password: string): Promise<void> {
  const { server, userName } = session;
  session.userName = undefined;
  if (userName === undefined) {
    await reply(session, '-ERR USER first');
    return;
  }
  if (server.faults.loseInputBehindLogin === true) session.wire.discardInput();
  const isRight = userName === toWire(server.user) && password === toWire(server.password);
  const answer = server.faults.login ?? (isRight ? '+OK logged in' : '-ERR [AUTH] wrong user or password');
  if (isRight && answer.startsWith('+OK')) {
    session.phase = 'transaction';
    session.messages = [...server.maildrop];
  }
  await reply(session, answer);
}

/** UTF-8 octets, one character each, as `readLine` gives them. */
function toWire(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function offersStls(session: Session): boolean {
  return session.server.tls === 'stls' && !session.wire.isSecure;
}
