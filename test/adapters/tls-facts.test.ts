// What a connection tells of its TLS handshake.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import type { Connection, DialTarget, TlsFacts } from '../../lib/ports/pop3.ts';
import { makeAuthority } from '../support/certificates.ts';
import { targetAt } from '../support/dial-target.ts';
import { startGreetingTls, TLS_GREETING } from '../support/tls-server.ts';

const never = new AbortController().signal;
const authority = await makeAuthority();
const NAME = 'pop.example.test';
const server = await authority.issue({ names: [NAME], ips: ['127.0.0.1'] });

const trusted = (port: number, changes: Partial<DialTarget> = {}): DialTarget =>
  targetAt(port, { tls: 'implicit', caPem: authority.caPem, ...changes });

async function dialing<T>(target: DialTarget, use: (connection: Connection) => Promise<T> | T): Promise<T> {
  const connection = await new SocketDialer().dial(target, never);
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}

test('the chain is told with names, times and pins, the server’s own certificate first', async () => {
  await using tls = await startGreetingTls({
    ...server,
    certificatePem: `${server.certificatePem}\n${authority.caPem}`,
  });
  const facts = await dialing(trusted(tls.port), (connection) => connection.tls);
  const [own, issuer, ...more] = facts?.chain ?? [];
  assert.deepEqual(own?.names, [NAME, '127.0.0.1']);
  assert.equal(own?.subject, `CN=${NAME}`);
  assert.equal(own?.issuer, 'CN=Mailferry test authority');
  assert.equal(issuer?.subject, own?.issuer);
  assert.deepEqual(more, []);
  assert.ok((own?.notBefore ?? Infinity) < Date.now() && (own?.notAfter ?? 0) > Date.now());
  assert.match(own?.pin ?? '', /^[A-Za-z0-9+/]{43}=$/);
  assert.notEqual(own?.pin, issuer?.pin);
});

test('a connection in clear text has no TLS to tell of, until it is upgraded', async () => {
  await using tls = await startGreetingTls(server);
  await dialing(trusted(tls.port, { tls: 'starttls' }), async (connection) => {
    const before: TlsFacts | undefined = connection.tls;
    assert.equal(before, undefined);
    await connection.startTls();
    const after: TlsFacts | undefined = connection.tls;
    assert.equal(after?.chain[0]?.subject, `CN=${NAME}`);
    assert.equal(String(await connection.read()), TLS_GREETING);
  });
});

test('a login can be bound to the connection: both ends have the same octets (row 103)', async () => {
  for (const [version, types] of [
    ['TLSv1.2', ['tls-unique']],
    ['TLSv1.3', ['tls-unique', 'tls-exporter']],
  ] as const) {
    await using tls = await startGreetingTls(server, { maxVersion: version });
    await dialing(trusted(tls.port), async (connection) => {
      await connection.read();
      const [there] = tls.secured;
      const seenThere = {
        'tls-unique': there?.getPeerFinished(),
        'tls-exporter': there?.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
      };
      const bindings = connection.tls?.channelBindings ?? [];
      assert.deepEqual(
        bindings.map(({ type }) => type),
        types,
      );
      for (const type of types) {
        const { data } = bindings.find((binding) => binding.type === type) ?? {};
        assert.ok(data && data.length >= 12);
        assert.deepEqual(Buffer.from(data), seenThere[type]);
      }
    });
  }
});
