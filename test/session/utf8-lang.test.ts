// UTF8 and LANG (RFC 6856): asked for before the login wherever it is offered.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPop3 } from '../../lib/pop3.ts';
import type { Pop3Session } from '../../lib/pop3.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import type { ScriptStep } from '../support/scripted-server.ts';

const AFTER_CAPA: readonly ScriptStep[] = [
  { expect: 'USER ann' },
  { send: '+OK\r\n' },
  { expect: 'PASS secret' },
  { send: '+OK\r\n' },
];

function greeted(...capabilities: readonly string[]): ScriptStep[] {
  const rows = ['+OK', ...capabilities, '.', ''].join('\r\n');
  return [{ send: '+OK ready\r\n' }, { expect: 'CAPA' }, { send: rows }];
}

async function openAt(port: number): Promise<Pop3Session> {
  return await openPop3({
    host: '127.0.0.1',
    port,
    tls: 'none',
    user: 'ann',
    credential: { password: 'secret' },
    allowPrivateNetwork: true,
  });
}

async function inScript(steps: readonly ScriptStep[], use: (session: Pop3Session) => Promise<void>) {
  await using server = await startScriptedServer(steps);
  const session = await openAt(server.port);
  try {
    await use(session);
  } finally {
    session.drop();
  }
}

test('UTF8 is sent before the login where it is offered', async () => {
  const steps = [...greeted('UTF8', 'USER'), { expect: 'UTF8' }, { send: '+OK\r\n' }, ...AFTER_CAPA];
  await inScript(steps, async (session) => {
    assert.equal(session.state, 'transaction');
  });
});

test('UTF8 is not sent to a server that does not offer it', async () => {
  await inScript([...greeted('USER'), ...AFTER_CAPA], async () => {});
});

test('UTF8 that is offered and refused leaves mail as the server gives it', async () => {
  const steps = [...greeted('UTF8', 'USER'), { expect: 'UTF8' }, { send: '-ERR no\r\n' }, ...AFTER_CAPA];
  await inScript(steps, async (session) => {
    assert.equal(session.state, 'transaction');
  });
});

test('LANG lists languages, and chooses one', async () => {
  const steps = [
    ...greeted('USER'),
    ...AFTER_CAPA,
    { expect: 'LANG' },
    { send: Buffer.from('+OK\r\nen English\r\nes Español\r\n.\r\n') },
    { expect: 'LANG es' },
    { send: '+OK es cambiado\r\n' },
    { expect: 'LANG tlh' },
    { send: '-ERR no such language\r\n' },
  ];
  await inScript(steps, async (session) => {
    assert.deepEqual(await session.lang(), ['en English', 'es Español']);
    assert.deepEqual(await session.lang('es'), []);
    await assert.rejects(session.lang('tlh'), { code: 'POP3_COMMAND_REFUSED' });
    await assert.rejects(session.lang('en\r\nDELE 1'), { code: 'POP3_COMMAND_INVALID' });
  });
});
