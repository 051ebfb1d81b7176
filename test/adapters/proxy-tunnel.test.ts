// The way through a proxy: what it is asked for, and that no octet of the server is lost, or taken for TLS, on the way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeAuthority } from '../support/certificates.ts';
import { startLoopback } from '../support/loopback-server.ts';
import { readText } from '../support/read-text.ts';
import { KINDS, NAME, notingDialer, startProxy, throughProxy } from '../support/through-proxy.ts';
import { startGreetingTls, TLS_GREETING } from '../support/tls-server.ts';

const never = new AbortController().signal;

for (const kind of KINDS) {
  test(`${kind}: octets go both ways, and the name is resolved where it should be (row 83)`, async () => {
    await using server = await startLoopback((socket) => {
      socket.write('+OK ready\r\n');
      socket.on('data', (chunk) => socket.write(chunk));
    });
    await using proxy = await startProxy[kind]();
    const { dialer, names } = notingDialer();
    const connection = await dialer.dial(throughProxy(server.port, { kind, port: proxy.port }), never);
    try {
      assert.equal(await readText(connection, 11), '+OK ready\r\n');
      await connection.write(Buffer.from('NOOP\r\n'));
      assert.equal(await readText(connection, 6), 'NOOP\r\n');
    } finally {
      connection.close();
    }
    assert.deepEqual(proxy.asked, [`${kind === 'socks5' ? '127.0.0.1' : NAME}:${server.port}`]);
    assert.deepEqual(names, kind === 'socks5' ? [NAME] : []);
  });

  for (const answerOctets of [undefined, 1]) {
    const how = answerOctets === undefined ? 'with its answer' : 'behind an answer that comes octet by octet';
    test(`${kind}: a greeting that comes ${how} is not lost`, async () => {
      await using server = await startLoopback((socket) => {
        socket.write('+OK ready\r\n');
        socket.on('data', (chunk) => socket.end(chunk));
      });
      await using proxy = await startProxy[kind]({
        withGreeting: true,
        ...(answerOctets && { answerOctets }),
      });
      const { dialer } = notingDialer();
      const connection = await dialer.dial(throughProxy(server.port, { kind, port: proxy.port }), never);
      try {
        assert.equal(await readText(connection, 11), '+OK ready\r\n');
        assert.equal(connection.bufferedOctets, 0);
        await connection.write(Buffer.from('QUIT\r\n'));
        assert.equal(await readText(connection, 6), 'QUIT\r\n');
        assert.equal(await connection.read(), undefined);
      } finally {
        connection.close();
      }
    });
  }

  test(`${kind}: a server that greets and leaves at once is heard to the end`, async () => {
    await using server = await startLoopback((socket) => socket.end('-ERR too busy\r\n'));
    await using proxy = await startProxy[kind]({ withGreeting: true });
    const { dialer } = notingDialer();
    const connection = await dialer.dial(throughProxy(server.port, { kind, port: proxy.port }), never);
    try {
      assert.equal(await readText(connection, 15), '-ERR too busy\r\n');
      assert.equal(await connection.read(), undefined);
    } finally {
      connection.close();
    }
  });

  test(`${kind}: under TLS the name is the server’s, not the proxy’s`, async () => {
    const authority = await makeAuthority();
    await using server = await startGreetingTls(await authority.issue({ names: [NAME] }));
    await using proxy = await startProxy[kind]();
    const { dialer } = notingDialer();
    for (const tls of ['implicit', 'starttls'] as const) {
      const way = { kind, port: proxy.port };
      const right = throughProxy(server.port, way, { tls, caPem: authority.caPem });
      const connection = await dialer.dial(right, never);
      try {
        if (tls === 'starttls') await connection.startTls();
        assert.equal(await readText(connection, TLS_GREETING.length), TLS_GREETING);
      } finally {
        connection.close();
      }
    }
    const wrong = throughProxy(
      server.port,
      { kind, port: proxy.port },
      {
        tls: 'implicit',
        caPem: authority.caPem,
        host: 'other.example.test',
      },
    );
    await assert.rejects(dialer.dial(wrong, never), { code: 'TLS_CERTIFICATE_REFUSED' });
    assert.deepEqual(server.serverNames.slice(0, 2), [NAME, NAME]);
  });

  test(`${kind}: octets that come with the answer, before TLS, end the attempt (row 74)`, async () => {
    await using server = await startLoopback((socket) => socket.write('+OK in clear\r\n'));
    await using proxy = await startProxy[kind]({ withGreeting: true });
    const { dialer } = notingDialer();
    const target = throughProxy(server.port, { kind, port: proxy.port }, { tls: 'implicit' });
    await assert.rejects(dialer.dial(target, never), {
      code: 'TLS_HANDSHAKE_FAILED',
      scope: 'account',
      message: /sent octets between the connection and the TLS handshake/,
    });
  });
}
