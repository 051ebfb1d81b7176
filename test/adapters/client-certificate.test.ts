// The certificate that shows a server who we are: taken, refused, missing, and never told in an error.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { TlsOptions } from 'node:tls';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import { Secret } from '../../lib/core/secret.ts';
import type { ClientCertificate } from '../../lib/ports/access.ts';
import type { DialTarget } from '../../lib/ports/pop3.ts';
import { makeAuthority } from '../support/certificates.ts';
import { targetAt } from '../support/dial-target.ts';
import type { ServerCertificate } from '../support/pop3-server/wire.ts';
import { startGreetingTls, TLS_GREETING } from '../support/tls-server.ts';

const never = new AbortController().signal;
const authority = await makeAuthority();
const server = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
const client = await authority.issue({ names: ['importer.example.test'] });
const other = await authority.issue({ names: ['other.example.test'] });

const asSecrets = ({ certificatePem, keyPem }: ServerCertificate): ClientCertificate => ({
  certificate: new Secret(certificatePem),
  key: new Secret(keyPem),
});

const target = (port: number, clientCertificate: ClientCertificate | undefined): DialTarget =>
  targetAt(port, { tls: 'implicit', caPem: authority.caPem, clientCertificate });

const ASKING: TlsOptions = { requestCert: true, rejectUnauthorized: true, ca: authority.caPem };

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`${maxVersion}: a server that asks for a certificate gets it (row 81)`, async () => {
    await using tls = await startGreetingTls(server, { ...ASKING, maxVersion });
    const connection = await new SocketDialer().dial(target(tls.port, asSecrets(client)), never);
    try {
      assert.equal(String(await connection.read()), TLS_GREETING);
      assert.equal(tls.secured[0]?.getPeerCertificate().subject.CN, 'importer.example.test');
    } finally {
      connection.close();
    }
  });

  test(`${maxVersion}: a server that gets none says so, and that is for the account’s owner (rows 81, 171)`, async () => {
    await using tls = await startGreetingTls(server, { ...ASKING, maxVersion });
    // In TLS 1.3 the server looks at it only after the client has finished.
    const attempt = async (): Promise<unknown> => {
      const connection = await new SocketDialer().dial(target(tls.port, undefined), never);
      return await connection.read();
    };
    await assert.rejects(attempt(), {
      code: 'TLS_HANDSHAKE_FAILED',
      ...(maxVersion === 'TLSv1.3' && { scope: 'account', retryable: false, hint: /clientCertificate/ }),
    });
  });
}

test('a server that asks for none is shown none', async () => {
  await using tls = await startGreetingTls(server);
  const connection = await new SocketDialer().dial(target(tls.port, asSecrets(client)), never);
  try {
    await connection.read();
    assert.deepEqual(tls.secured[0]?.getPeerCertificate(), {});
  } finally {
    connection.close();
  }
});

test('a certificate or key that cannot be used is told before anything is dialed, and no part of it is shown', async () => {
  const damaged = client.keyPem.replace(/\n(.{10})/, '\n$1!');
  for (const [certificate, key, message] of [
    [client.certificatePem, other.keyPem, /key is not the key of/],
    [client.certificatePem, damaged, /key is no private key/],
    [client.certificatePem, client.certificatePem, /key is no private key/],
    [client.keyPem, client.keyPem, /certificate is no certificate/],
    ['hunter2', client.keyPem, /certificate is no certificate/],
    [client.certificatePem, 'hunter2', /key is no private key/],
  ] as const) {
    const clientCertificate = { certificate: new Secret(certificate), key: new Secret(key) };
    await assert.rejects(new SocketDialer().dial(target(1, clientCertificate), never), (error) => {
      assert.ok(error instanceof Error && 'code' in error);
      assert.equal(error.code, 'CONFIG_INVALID');
      assert.match(error.message, message);
      const shown = inspect(error, { depth: Infinity, showHidden: true });
      for (const line of [...client.keyPem.split('\n').slice(1, -2), 'hunter2'])
        assert.ok(!shown.includes(line), shown);
      return true;
    });
  }
});

test('a client certificate without TLS is refused before anything is dialed', async () => {
  const inClear = targetAt(1, { clientCertificate: asSecrets(client) });
  await assert.rejects(new SocketDialer().dial(inClear, never), {
    code: 'CONFIG_INVALID',
    message: /clientCertificate/,
  });
});
