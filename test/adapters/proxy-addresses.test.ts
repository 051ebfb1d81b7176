// Which addresses a proxy may have, and which it is asked for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import { targetAt } from '../support/dial-target.ts';
import { startLoopback } from '../support/loopback-server.ts';
import { startConnectProxy, startSocksProxy } from '../support/test-proxies.ts';
import { KINDS, LOOPBACK, NAME, startProxy, throughProxy } from '../support/through-proxy.ts';

const never = new AbortController().signal;

for (const kind of KINDS) {
  test(`${kind}: a proxy on the own network is refused like a server there (row 82)`, async () => {
    await using proxy = await startProxy[kind]();
    const dialer = new SocketDialer({
      lookUp: async (name) => (name === NAME ? [{ address: '192.0.2.1', family: 4 }] : LOOPBACK),
    });
    for (const host of ['127.0.0.1', 'proxy.example.test']) {
      const way = { url: `${kind}://${host}:${proxy.port}`, password: undefined };
      const target = targetAt(110, { host: NAME, proxy: way, allowPrivateNetwork: false });
      await assert.rejects(dialer.dial(target, never), { code: 'ADDRESS_NOT_ALLOWED', message: /the proxy/ });
    }
    assert.equal(proxy.sockets.length, 0);
  });

  test(`${kind}: a server on a private network is not asked for, as far as can be seen (row 82)`, async () => {
    const asked: string[] = [];
    const dialer = new SocketDialer({
      lookUp: async (name) => {
        asked.push(name);
        return name === 'proxy.example.test' ? [{ address: '192.0.2.1', family: 4 }] : LOOPBACK;
      },
    });
    const proxy = { url: `${kind}://proxy.example.test:1080`, password: undefined };
    for (const host of [
      '127.0.0.1',
      '10.0.0.1',
      '169.254.169.254',
      '::1',
      '127.1',
      '0x7f000001',
      'localhost',
      'a.localhost.',
    ]) {
      const target = targetAt(110, { host, proxy, allowPrivateNetwork: false });
      await assert.rejects(dialer.dial(target, never), { code: 'ADDRESS_NOT_ALLOWED' }, host);
    }
    assert.ok(!asked.includes('proxy.example.test'), 'the proxy was looked up before the server was judged');
  });
}

test('socks5 asks for an IPv4 address if there is one, else for the first', async () => {
  for (const [addresses, expected] of [
    [['::1', '127.0.0.1'], '127.0.0.1'],
    [['::1'], '0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1'],
  ] as const) {
    await using server = await startLoopback(() => {});
    await using proxy = await startSocksProxy();
    const dialer = new SocketDialer({
      lookUp: async () => addresses.map((address) => ({ address, family: address === '::1' ? 6 : 4 })),
    });
    const connection = await dialer.dial(
      throughProxy(server.port, { kind: 'socks5', port: proxy.port }),
      never,
    );
    connection.close();
    assert.deepEqual(proxy.asked, [`${expected}:${server.port}`]);
  }
});

test('an IPv6 address is in brackets where HTTP wants it so', async () => {
  await using server = await startLoopback(() => {});
  await using proxy = await startConnectProxy();
  const target = throughProxy(server.port, { kind: 'http', port: proxy.port }, { host: '::1' });
  const connection = await new SocketDialer().dial(target, never);
  connection.close();
  assert.deepEqual(proxy.asked, [`[::1]:${server.port}`]);
});
