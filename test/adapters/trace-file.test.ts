// What a protocol trace shows, and what it never shows.

import assert from 'node:assert/strict';
import { lstat, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'node:test';
import { nodeLoginTools } from '../../lib/adapters/node-login-tools.ts';
import { TraceFile } from '../../lib/adapters/trace-file.ts';
import type { Account, LoginMethod } from '../../lib/core/account.ts';
import { Secret } from '../../lib/core/secret.ts';
import type { Access } from '../../lib/ports/access.ts';
import type { TlsFacts } from '../../lib/ports/pop3.ts';
import { openSession } from '../../lib/session/open-session.ts';
import { accountAt } from '../session/session-under-test.ts';
import { passwordAuth } from '../support/account-defaults.ts';
import { failureOf } from '../support/failure-of.ts';
import { dialerTo } from '../support/replay-dialer.ts';
import { ParrotConnection } from '../support/parrot-connection.ts';
import type { ParrotOptions } from '../support/parrot-connection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const USER = 'ann.one@example.org';
const PASSWORD = 'pä55 wörd-hunter2';
const TOKEN = 'ya29.a0_hunter2~token';
const TLS: TlsFacts = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  chain: [],
  channelBindings: [{ type: 'tls-exporter', data: Buffer.alloc(32, 7) }],
};
/** 2026-11-23T23:59:59.999Z */
const LATE_IN_THE_DAY = Date.UTC(2026, 10, 23, 23, 59, 59, 999);

function accountOf(method: LoginMethod | undefined): Account {
  return { ...accountAt(110), user: USER, auth: { ...passwordAuth('env', 'UNUSED'), method } };
}

function accessOf(method: LoginMethod): Access {
  const isToken = method === 'XOAUTH2' || method === 'OAUTHBEARER';
  const secret = new Secret(isToken ? TOKEN : PASSWORD);
  return {
    credential: isToken ? { kind: 'access-token', token: secret } : { kind: 'password', password: secret },
    clientCertificate: undefined,
    proxyPassword: undefined,
  };
}

/** The trace of one login, and what the server was told. */
async function traceOf(
  method: LoginMethod,
  parrot: ParrotOptions = {},
): Promise<{ trace: string; lines: string[] }> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'session.trace');
  const file = newTrace(path);
  const connection = new ParrotConnection({ tls: TLS, ...parrot });
  const account = accountOf(method);
  const ports = { dialer: dialerTo(connection), login: nodeLoginTools, trace: () => file.session(account) };
  try {
    const session = await openSession(account, accessOf(method), ports, new AbortController().signal);
    session.drop();
  } catch {
    // A parrot lets nobody in unless it is told to.
  }
  file.close();
  return { trace: await readFile(path, 'latin1'), lines: connection.lines };
}

function newTrace(path: string, now: () => number = Date.now): TraceFile {
  return new TraceFile(path, { now, onFailure: (text) => assert.fail(text) });
}

/** A secret, its octets, and their base64 wherever they may stand in it: at least the middle of each. */
function formsOf(secret: string): string[] {
  const octets = Buffer.from(secret);
  const shifted = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), octets])
      .toString('base64')
      .slice(4, -4),
  );
  return [secret, octets.toString('latin1'), 'hunter2', ...shifted];
}

function assertKeepsSecrets(trace: string, lines: readonly string[], user = USER): void {
  const lower = trace.toLowerCase();
  const sent = lines.flatMap((line) => {
    const [keyword, ...more] = line.split(' ');
    if (keyword === 'USER' || keyword === 'CAPA') return [];
    // The last word of AUTH and APOP, all of a line of SASL.
    return [keyword === 'AUTH' ? (more[1] ?? '') : (more.at(-1) ?? line)];
  });
  const told = sent.filter((word) => word.length > 4).map((word) => word.replace(/=+$/, ''));
  const whole = [...formsOf(PASSWORD), ...formsOf(TOKEN), user, ...told];
  // Servers cut short what they repeat.
  for (const form of whole.flatMap((word) => [word, word.slice(0, 8)])) {
    assert.ok(!lower.includes(form.toLowerCase()), `${JSON.stringify(form)} is in the trace:\n${trace}`);
  }
}

const TIMESTAMP = '+OK <1896.697170952@dbc.mtview.ca.us>';
const CHALLENGE = `+ ${Buffer.from('<1.2@example.org>').toString('base64')}`;
const USER_LINE = Buffer.from(USER).toString('base64');
const LOGINS: readonly [LoginMethod, ParrotOptions][] = [
  ['USER', { answer: (line) => (line.startsWith('USER') ? `+OK hello ${USER.toUpperCase()}` : undefined) }],
  ['APOP', { greeting: TIMESTAMP }],
  ['PLAIN', {}],
  ['PLAIN', { answer: (line) => (line === 'AUTH PLAIN' ? '+ ' : undefined) }],
  [
    'LOGIN',
    { answer: (line) => (line === 'AUTH LOGIN' || line === USER_LINE ? '+ VXNlcm5hbWU6' : undefined) },
  ],
  ['CRAM-MD5', { answer: (line) => (line.startsWith('AUTH') ? CHALLENGE : undefined) }],
  ['SCRAM-SHA-256', { answer: answerScram }],
  ['SCRAM-SHA-1', {}],
  ['SCRAM-SHA-256-PLUS', { answer: answerScram }],
  ['XOAUTH2', {}],
  ['XOAUTH2', { answer: (line) => (line === 'AUTH XOAUTH2' ? '+ ' : undefined) }],
  ['OAUTHBEARER', {}],
];

/** Repeats the client's nonce, as a server must. */
function answerScram(line: string): string | undefined {
  if (/^AUTH SCRAM-SHA-256(-PLUS)? /.test(line)) {
    const first = Buffer.from(line.split(' ')[2] ?? '', 'base64').toString();
    const nonce = /r=(.*)$/.exec(first)?.[1] ?? '';
    return `+ ${Buffer.from(`r=${nonce}srv,s=c2FsdHNhbHQ=,i=4096`).toString('base64')}`;
  }
  return undefined;
}

for (const [index, [method, parrot]] of LOGINS.entries()) {
  test(`${method} (${index + 1}): neither the secret nor its base64 nor the user is in the trace, though the server repeats all of it`, async () => {
    const { trace, lines } = await traceOf(method, parrot);
    assert.match(
      trace,
      method === 'USER' ? /C: PASS \*\*\*/ : new RegExp(`C: (AUTH )?${method}( \\*\\*\\*)?$`, 'm'),
    );
    assert.match(trace, /S: -ERR no: /);
    assertKeepsSecrets(trace, lines);
  });
}

test('what a server says in SCRAM is hidden too: with it a password could be guessed elsewhere', async () => {
  const { trace, lines } = await traceOf('SCRAM-SHA-256', { answer: answerScram });
  assert.equal(lines.filter((line) => line.length > 60).length, 2, 'it came to the proof');
  assert.match(trace, /S: \+ \*\*\*$/m);
  assert.doesNotMatch(trace, /c2FsdHNhbHQ/);
});

test('a session is a section with the host and the account; each line has its time and direction', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'trace');
  let nowMs = LATE_IN_THE_DAY;
  const file = newTrace(path, () => nowMs);
  const first = file.session(accountOf(undefined));
  first.received('+OK ready \\ \xe4\x07');
  first.sent('STLS');
  nowMs += 2;
  first.secured();
  const second = file.session({
    ...accountOf(undefined),
    host: 'pop.example.org',
    port: 995,
    tls: 'implicit',
  });
  second.received('+OK other');
  first.sent('RETR 1');
  first.received('+OK');
  first.receivedOctets(1000);
  first.receivedOctets(234);
  first.over('POP3_TIMEOUT');
  second.over('ended');
  file.close();
  file.close();
  const id = accountOf(undefined).id;
  assert.equal(
    await readFile(path, 'utf8'),
    [
      `# session 1, 2026-11-23T23:59:59.999Z: account ${id} at 127.0.0.1:110, tls none`,
      '23:59:59.999 S: +OK ready \\x5c \\xe4\\x07',
      '23:59:59.999 C: STLS',
      '# 2026-11-24',
      '00:00:00.001 -- tls',
      '',
      `# session 2, 2026-11-24T00:00:00.001Z: account ${id} at pop.example.org:995, tls implicit`,
      '00:00:00.001 S: +OK other',
      '# session 1 again',
      '00:00:00.001 C: RETR 1',
      '00:00:00.001 S: +OK',
      '00:00:00.001 S: <1234 octets>',
      '00:00:00.001 -- silence',
      '# session 2 again',
      '00:00:00.001 -- close',
      '',
    ].join('\n'),
  );
});

test('the file is for its owner alone, and one that is there is left as it is', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'trace');
  newTrace(path).close();
  assert.equal((await lstat(path)).mode & 0o777, 0o600);
  const mail = join(folder.path, 'mail.eml');
  await writeFile(mail, 'mail');
  const link = join(folder.path, 'link');
  await symlink(join(folder.path, 'elsewhere'), link);
  for (const taken of [mail, link]) {
    const { code, scope } = await failureOf(async () => newTrace(taken));
    assert.deepEqual([code, scope], ['CONFIG_EXISTS', 'config']);
  }
  assert.equal(await readFile(mail, 'utf8'), 'mail');
  const { code } = await failureOf(async () => newTrace(join(folder.path, 'nowhere', 'trace')));
  assert.equal(code, 'CONFIG_UNREADABLE');
});

test('what was said is in the file a turn later, so a process that is killed leaves it behind', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'trace');
  const file = newTrace(path);
  file.session(accountOf(undefined)).sent('UIDL');
  await nextTurn();
  assert.match(await readFile(path, 'utf8'), /C: UIDL\n$/);
  file.close();
});

test('a disk that is full ends the trace, is told once, and throws nothing into the session', async () => {
  const told: string[] = [];
  const file = new TraceFile('/dev/full', {
    now: Date.now,
    onFailure: (text) => told.push(text),
    flags: 'w',
  });
  const session = file.session(accountOf(undefined));
  for (let round = 0; round < 3; round += 1) {
    session.sent('NOOP');
    await nextTurn();
  }
  file.close();
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /^the trace \/dev\/full ends here: ENOSPC/);
});
