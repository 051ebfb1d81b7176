// Whom the dialer takes for the server under TLS, and whom not.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import tlsModule from 'node:tls';
import type { SecureVersion } from 'node:tls';
import { generate } from 'selfsigned';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import type { Connection, DialTarget } from '../../lib/ports/pop3.ts';
import { makeAuthority } from '../support/certificates.ts';
import type { CertificateRequest } from '../support/certificates.ts';
import { targetAt } from '../support/dial-target.ts';
import { listenOn } from '../support/loopback-server.ts';
import { startGreetingTls, TLS_GREETING } from '../support/tls-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const never = new AbortController().signal;
const authority = await makeAuthority();
const NAME = 'pop.example.test';
const GOOD: CertificateRequest = { names: [NAME], ips: ['127.0.0.1'] };
const server = await authority.issue(GOOD);
/** Every name leads to this machine. */
const dialer = new SocketDialer({ lookUp: async () => [{ address: '127.0.0.1', family: 4 }] });

const trusted = (port: number, changes: Partial<DialTarget> = {}): DialTarget =>
  targetAt(port, { tls: 'implicit', caPem: authority.caPem, host: NAME, ...changes });

async function dialing<T>(target: DialTarget, use: (connection: Connection) => Promise<T> | T): Promise<T> {
  const connection = await dialer.dial(target, never);
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}

const REFUSED = { code: 'TLS_CERTIFICATE_REFUSED', scope: 'account', retryable: false } as const;

test('TLS 1.2 and 1.3 are spoken, and the version and cipher told (row 68)', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    await using tls = await startGreetingTls(server, { minVersion: version, maxVersion: version });
    await dialing(trusted(tls.port), async (connection) => {
      assert.equal(String(await connection.read()), TLS_GREETING);
      assert.equal(connection.tls?.version, version);
      assert.equal(connection.tls?.cipher, tls.secured[0]?.getCipher().name);
    });
  }
});

test('a server that has only TLS 1.1 is refused, whatever the defaults of the process (row 68)', async () => {
  await using tls = await startGreetingTls(server, {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    // OpenSSL has no older version at its usual level of security.
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const defaults = tlsModule as { DEFAULT_MIN_VERSION: SecureVersion; DEFAULT_CIPHERS: string };
  const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = defaults;
  try {
    defaults.DEFAULT_MIN_VERSION = 'TLSv1';
    defaults.DEFAULT_CIPHERS = 'DEFAULT@SECLEVEL=0';
    await assert.rejects(dialer.dial(trusted(tls.port), never), {
      code: 'TLS_HANDSHAKE_FAILED',
      scope: 'account',
      retryable: false,
      hint: /older than 1\.2/,
    });
  } finally {
    Object.assign(defaults, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS });
  }
});

test('a name is sent as SNI, in the form that DNS has; an address is not (row 69)', async () => {
  const names = [NAME, 'xn--mnchen-3ya.example.test'];
  await using tls = await startGreetingTls(await authority.issue({ names, ips: ['127.0.0.1'] }));
  for (const host of [NAME, `${NAME}.`, 'münchen.example.test', '127.0.0.1'])
    await dialing(trusted(tls.port, { host }), async (connection) => await connection.read());
  assert.deepEqual(tls.serverNames, [NAME, NAME, names[1], undefined]);
});

test('an address has to be in the certificate as an address (row 69)', async () => {
  await using named = await startGreetingTls(await authority.issue({ names: [NAME, '127.0.0.1'] }));
  const target = trusted(named.port, { host: '127.0.0.1' });
  await assert.rejects(dialer.dial(target, never), REFUSED);
  await using right = await startGreetingTls(server);
  await dialing(trusted(right.port, { host: '127.0.0.1' }), (connection) => assert.ok(connection.tls));
});

test('no octet goes to a server with a wrong name, an unknown authority, or a certificate of the past (rows 69, 171)', async () => {
  const stranger = await makeAuthority();
  for (const [certificate, message] of [
    [await authority.issue({ names: ['other.example.test'] }), /other\.example\.test/],
    [await stranger.issue(GOOD), /certificate/],
    [await authority.issue({ ...GOOD, expired: true }), /expired/],
  ] as const) {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      await using tls = await startGreetingTls(certificate, { maxVersion });
      await assert.rejects(dialer.dial(trusted(tls.port), never), { ...REFUSED, message });
      assert.equal(tls.received(), '');
    }
  }
});

test('without caFile only authorities of the system are trusted, and the environment cannot switch that off (row 71)', async () => {
  await using tls = await startGreetingTls(server);
  const target = trusted(tls.port, { caPem: undefined });
  await assert.rejects(dialer.dial(target, never), REFUSED);
  const { env } = process;
  const before = env['NODE_TLS_REJECT_UNAUTHORIZED'];
  try {
    env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    await assert.rejects(dialer.dial(target, never), REFUSED);
  } finally {
    if (before === undefined) delete env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
  }
});

test('a certificate of a server’s own making is trusted when caFile holds that very certificate (row 70)', async () => {
  const self = async (): Promise<{ cert: string; private: string }> =>
    await generate([{ name: 'commonName', value: NAME }], {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: NAME }] },
      ],
    });
  const own = await self();
  const other = await self();
  await using tls = await startGreetingTls({ certificatePem: own.cert, keyPem: own.private });
  await dialing(trusted(tls.port, { caPem: own.cert }), (connection) => assert.ok(connection.tls));
  await assert.rejects(dialer.dial(trusted(tls.port, { caPem: other.cert }), never), REFUSED);
  await assert.rejects(dialer.dial(trusted(tls.port, { caPem: own.cert, host: 'x.test' }), never), REFUSED);
});

test('a caFile without a certificate is told before anything is dialed', async () => {
  await using folder = await temporaryFolder();
  const caFile = join(folder.path, 'ca.pem');
  for (const text of ['', 'no PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']) {
    await writeFile(caFile, text);
    const target = trusted(1, { caFile, caPem: undefined });
    await assert.rejects(dialer.dial(target, never), { code: 'CONFIG_INVALID', message: /caFile/ });
  }
});

test('a server that speaks no TLS at a port for it is a matter of the configuration (row 14)', async () => {
  for (const greeting of ['+OK ready\r\n', '* OK IMAP4\r\n', '220 ESMTP\r\n', 'HTTP/1.1 400 Bad\r\n\r\n']) {
    await using plain = await listenOn(
      createServer((socket) => socket.once('data', () => socket.write(greeting))),
    );
    await assert.rejects(dialer.dial(trusted(plain.port), never), {
      code: 'TLS_HANDSHAKE_FAILED',
      scope: 'account',
      retryable: false,
      hint: /the port speaks no TLS/,
    });
  }
});

test('a handshake that is cut may go well the next time (row 172)', async () => {
  for (const end of ['end', 'resetAndDestroy'] as const) {
    await using cutting = await listenOn(createServer((socket) => socket.once('data', () => socket[end]())));
    await assert.rejects(dialer.dial(trusted(cutting.port), never), {
      code: 'TLS_HANDSHAKE_FAILED',
      scope: 'session',
      retryable: true,
    });
  }
});
