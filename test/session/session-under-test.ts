// What every test of a session needs: an account at a port of this machine, and sessions that are always dropped.

import assert from 'node:assert/strict';
import type { Account, AccountId } from '../../lib/core/account.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import type { ErrorCode, ErrorScope } from '../../lib/core/errors.ts';
import { openSession } from '../../lib/session/open-session.ts';
import type { Pop3Session } from '../../lib/session/pop3-session.ts';
import { plainMail } from '../support/odd-mail.ts';
import type { Pop3Faults } from '../support/pop3-server/faults.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import type { Pop3TestServer } from '../support/pop3-server.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import type { ScriptStep } from '../support/scripted-server.ts';
import { STRAIGHT_WAY, passwordAuth } from '../support/account-defaults.ts';
import { passwordAccess } from '../support/fixed-access.ts';
import { pop3BySocket } from '../support/pop3-by.ts';

export const PASSWORD = 'secret';
export const ACCESS = passwordAccess(PASSWORD);
export const MAIL: readonly Buffer[] = [plainMail(1), plainMail(2), plainMail(3)];

/** `ann` at 127.0.0.1, without TLS, without limits. */
export function accountAt(port: number): Account {
  return {
    id: 'ann' as AccountId,
    host: '127.0.0.1',
    port,
    tls: 'none',
    caFile: undefined,
    caPem: undefined,
    schedule: { everyMinutes: 15 },
    paused: false,
    ...STRAIGHT_WAY,
    allowPrivateNetwork: true,
    user: 'ann',
    auth: passwordAuth('env', 'UNUSED'),
    onServer: 'keep',
    pauseDeletions: false,
    limits: { messageOctets: undefined, runMessages: undefined, runOctets: undefined, deletionsPerRun: 1000 },
  };
}

export async function open(port: number): Promise<Pop3Session> {
  const { signal } = new AbortController();
  return await openSession(accountAt(port), ACCESS, pop3BySocket, signal);
}

export async function startWith(faults: Pop3Faults, mail: readonly Buffer[] = MAIL): Promise<Pop3TestServer> {
  return await startPop3Server({ maildrop: maildropOf(mail), user: 'ann', password: 'secret', faults });
}

/** Runs `use` in a session that is dropped afterwards in any case. */
export async function inSession(port: number, use: (session: Pop3Session) => Promise<void>): Promise<void> {
  const session = await open(port);
  try {
    await use(session);
  } finally {
    session.drop();
  }
}

/** For `assert.rejects`: an error of ours, of this code and scope. */
export function failure(code: ErrorCode, scope: ErrorScope): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof MailferryError, String(error));
    assert.deepEqual({ code: error.code, scope: error.scope }, { code, scope });
    return true;
  };
}

/** What a client sends that finds no CAPA. */
export const LOGIN_COMMANDS = ['CAPA', 'USER ann', 'PASS secret'] as const;

export const LOGIN: readonly ScriptStep[] = [
  { send: '+OK ready\r\n' },
  { expect: 'CAPA' },
  { send: '-ERR\r\n' },
  { expect: 'USER ann' },
  { send: '+OK\r\n' },
  { expect: 'PASS secret' },
  { send: '+OK\r\n' },
];

/** A session with a server that says these things after login. */
export async function inScript(
  steps: readonly ScriptStep[],
  use: (session: Pop3Session) => Promise<void>,
): Promise<void> {
  await using server = await startScriptedServer([...LOGIN, ...steps]);
  await inSession(server.port, use);
}
