// Whether the throwaway certificates are good exactly where a real one would be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeAuthority } from './certificates.ts';
import type { CertificateRequest } from './certificates.ts';
import { RawClient } from './pop3-server/raw-client.ts';
import { startPop3Server } from './pop3-server.ts';

async function handshake(request: CertificateRequest, servername = 'localhost'): Promise<void> {
  const authority = await makeAuthority();
  const certificate = await authority.issue(request);
  await using server = await startPop3Server({
    maildrop: [],
    user: 'ann',
    password: 'p',
    tls: 'implicit',
    certificate,
  });
  using client = new RawClient(server.port);
  await client.startTls(authority.caPem, servername);
  assert.match(await client.line(), /^\+OK/);
}

void test('a certificate is accepted for each of its names by those who trust its authority', async () => {
  await handshake({ names: ['localhost', 'pop.example.com'] });
  await handshake({ names: ['localhost', 'pop.example.com'] }, 'pop.example.com');
  await handshake({ names: [], ips: ['127.0.0.1'] }, '127.0.0.1');
});

void test('a certificate for another name is refused', async () => {
  await assert.rejects(handshake({ names: ['pop.example.com'] }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});

void test('a certificate that has ended is refused', async () => {
  await assert.rejects(handshake({ names: ['localhost'], expired: true }), { code: 'CERT_HAS_EXPIRED' });
});

void test('a certificate of an unknown authority is refused', async () => {
  const [trusted, other] = [await makeAuthority(), await makeAuthority()];
  const certificate = await other.issue({ names: ['localhost'] });
  const options = { maildrop: [], user: 'ann', password: 'p', tls: 'implicit', certificate } as const;
  await using server = await startPop3Server({ ...options, maildrop: [] });
  using client = new RawClient(server.port);
  await assert.rejects(client.startTls(trusted.caPem), { code: /UNABLE_TO_VERIFY_LEAF_SIGNATURE|SIGNATURE/ });
});
