// A pin adds to what a certificate has to prove anyway; several are for a change of keys.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import { pinOf } from '../../lib/adapters/tls-facts.ts';
import type { DialTarget } from '../../lib/ports/pop3.ts';
import { makeAuthority } from '../support/certificates.ts';
import { targetAt } from '../support/dial-target.ts';
import { startGreetingTls } from '../support/tls-server.ts';

const never = new AbortController().signal;
const authority = await makeAuthority();
const NAMES = { names: ['localhost'], ips: ['127.0.0.1'] };
const first = await authority.issue(NAMES);
const next = await authority.issue(NAMES);
const FIRST_PIN = pinOf(new X509Certificate(first.certificatePem));
const NEXT_PIN = pinOf(new X509Certificate(next.certificatePem));
const AUTHORITY_PIN = pinOf(new X509Certificate(authority.caPem));

/** Made with OpenSSL, and its pin with `openssl x509 -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256`. */
const OUTSIDE = {
  pem: `-----BEGIN CERTIFICATE-----
MIIBgjCCASegAwIBAgIUDxi1tNm3lvSyHgkWxqH6eAbFo2QwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLcGluLmV4YW1wbGUwHhcNMjYxMTIzMTkzNjU0WhcNMzYxMTIw
MTkzNjU0WjAWMRQwEgYDVQQDDAtwaW4uZXhhbXBsZTBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABPeuIQ5i1JPNlSU32cPZyIE7QdsgJyPrNnLOBANLmSDO72duk0V5
HOb+s5yYS91KC918RJEoe/NvaT9j5dbHiD6jUzBRMB0GA1UdDgQWBBS4NMg3Onss
miisX1fhEFe7pzK2LzAfBgNVHSMEGDAWgBS4NMg3OnssmiisX1fhEFe7pzK2LzAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQD1tHWwDkFGk9apy3zp
63zrygof0JZR++6HmZSm5hccZwIhAP0VuMRiQJxHyvjIukng1Du2qN1G7I0HhR4c
z/Eu8+vU
-----END CERTIFICATE-----`,
  pin: 'K/Avx/rzrDMkkCV5HEM/GMkQUUoLBsx9Bu3kUaAPD/E=',
} as const;

const pinned = (port: number, pins: readonly string[], changes: Partial<DialTarget> = {}): DialTarget =>
  targetAt(port, { tls: 'implicit', caPem: authority.caPem, pins, ...changes });

async function isTaken(target: DialTarget): Promise<boolean> {
  try {
    const connection = await new SocketDialer().dial(target, never);
    connection.close();
    return true;
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error);
    assert.equal(error.code, 'TLS_CERTIFICATE_REFUSED');
    return false;
  }
}

test('a pin is what OpenSSL makes of the public key', () => {
  assert.equal(pinOf(new X509Certificate(OUTSIDE.pem)), OUTSIDE.pin);
});

test('a key that is pinned is taken, alone or among others, before a change of keys and after it (row 70)', async () => {
  for (const certificate of [first, next]) {
    await using tls = await startGreetingTls(certificate);
    assert.equal(await isTaken(pinned(tls.port, [FIRST_PIN, NEXT_PIN])), true);
    assert.equal(await isTaken(pinned(tls.port, [FIRST_PIN])), certificate === first);
    assert.equal(await isTaken(pinned(tls.port, [NEXT_PIN])), certificate === next);
    assert.equal(await isTaken(pinned(tls.port, [])), true);
  }
});

test('another key is refused with the pin it has, before any octet is sent (rows 70, 171)', async () => {
  for (const mode of ['implicit', 'starttls'] as const) {
    await using tls = await startGreetingTls(first);
    const target = pinned(tls.port, [NEXT_PIN], { tls: mode });
    const attempt = async (): Promise<void> => {
      const connection = await new SocketDialer().dial(target, never);
      await connection.startTls();
    };
    await assert.rejects(attempt(), (error) => {
      assert.ok(error instanceof Error && 'code' in error && 'scope' in error && 'retryable' in error);
      assert.deepEqual(
        [error.code, error.scope, error.retryable],
        ['TLS_CERTIFICATE_REFUSED', 'account', false],
      );
      assert.ok(error.message.includes(FIRST_PIN) && error.message.includes(NEXT_PIN), error.message);
      return true;
    });
    assert.equal(tls.received(), '');
  }
});

test('the key of its authority is not the key of the server', async () => {
  await using tls = await startGreetingTls({
    ...first,
    certificatePem: `${first.certificatePem}\n${authority.caPem}`,
  });
  assert.equal(await isTaken(pinned(tls.port, [AUTHORITY_PIN])), false);
});

test('a pin makes up for nothing: chain, name and time still have to be right (row 70)', async () => {
  const expired = await authority.issue({ ...NAMES, expired: true });
  const elsewhere = await authority.issue({ names: ['elsewhere.test'] });
  for (const certificate of [expired, elsewhere]) {
    await using tls = await startGreetingTls(certificate);
    const pin = pinOf(new X509Certificate(certificate.certificatePem));
    assert.equal(await isTaken(pinned(tls.port, [pin])), false);
  }
  await using tls = await startGreetingTls(first);
  assert.equal(await isTaken(pinned(tls.port, [FIRST_PIN], { caPem: undefined })), false);
});

test('pins without TLS are no protection, and refused before anything is dialed', async () => {
  const target = pinned(1, [FIRST_PIN], { tls: 'none' });
  await assert.rejects(new SocketDialer().dial(target, never), { code: 'CONFIG_INVALID', message: /pins/ });
});
