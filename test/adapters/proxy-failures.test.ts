// What a proxy refuses, and proxies that are none: told as the proxy's failure, without what was shown to it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import { targetAt } from '../support/dial-target.ts';
import { startLoopback } from '../support/loopback-server.ts';
import { readText } from '../support/read-text.ts';
import { KINDS, LOOPBACK, NAME, notingDialer, startProxy, throughProxy } from '../support/through-proxy.ts';

const PASSWORD = 'p@ss:w\u00f6rd';
const never = new AbortController().signal;

for (const kind of KINDS) {
  test(`${kind}: user and password are shown to the proxy; wrong ones are a matter of the configuration`, async () => {
    await using server = await startLoopback((socket) => socket.write('+OK ready\r\n'));
    await using proxy = await startProxy[kind]({ login: { user: 'ann@x', password: PASSWORD } });
    const { dialer } = notingDialer();
    const way = { kind, port: proxy.port };
    const right = throughProxy(server.port, { ...way, user: 'ann%40x', password: PASSWORD });
    const connection = await dialer.dial(right, never);
    try {
      assert.equal(await readText(connection, 11), '+OK ready\r\n');
    } finally {
      connection.close();
    }
    for (const credentials of [
      {},
      { user: 'ann%40x', password: 'hunter2' },
      { user: 'bob', password: 'hunter2' },
    ]) {
      const wrong = throughProxy(server.port, { ...way, ...credentials });
      await assert.rejects(dialer.dial(wrong, never), (error) => {
        assert.ok(error instanceof Error && 'code' in error && 'scope' in error && 'hint' in error);
        assert.deepEqual([error.code, error.scope], ['CONNECT_FAILED', 'account']);
        assert.match(error.message, /^the proxy 127\.0\.0\.1:/);
        assert.match(String(error.hint), /proxy\.password/);
        const shown = inspect(error, { depth: Infinity, showHidden: true });
        assert.ok(!shown.includes('hunter2'), shown);
        assert.ok(!shown.includes(Buffer.from('bob:hunter2').toString('base64')), shown);
        return true;
      });
    }
  });

  test(`${kind}: a refusal says that it was the proxy, and whether it is for good`, async () => {
    const isHttp = kind === 'http';
    for (const [refusal, scope] of [
      [isHttp ? 403 : 2, 'account'],
      [isHttp ? 502 : 5, 'session'],
      [isHttp ? 503 : 1, 'session'],
    ] as const) {
      await using proxy = await startProxy[kind]({ refusal });
      const { dialer } = notingDialer();
      await assert.rejects(dialer.dial(throughProxy(110, { kind, port: proxy.port }), never), {
        code: 'CONNECT_FAILED',
        scope,
        retryable: scope === 'session',
        message: /^the proxy 127\.0\.0\.1:\d+ gave no connection to .*:110: /,
      });
    }
  });

  test(`${kind}: something else than a proxy, or one that leaves, is told as the proxy’s failure`, async () => {
    for (const answer of [
      '',
      '+OK ready\r\n',
      'HTTP/1.1 200',
      '\x05\x00\x05\x00\x00\x09',
      '\x05\x63',
      '\x00'.repeat(100),
    ]) {
      await using odd = await startLoopback((socket) => {
        socket.once('data', () => socket.end(Buffer.from(answer, 'latin1')));
      });
      const { dialer } = notingDialer();
      await assert.rejects(
        dialer.dial(throughProxy(110, { kind, port: odd.port }), never),
        { code: 'CONNECT_FAILED', message: /^the proxy 127\.0\.0\.1:/ },
        JSON.stringify(answer),
      );
    }
  });

  test(`${kind}: a proxy that is not there, or has no address, is told as such`, async () => {
    const gone = await startLoopback(() => {});
    await gone[Symbol.asyncDispose]();
    const { dialer } = notingDialer();
    await assert.rejects(dialer.dial(throughProxy(110, { kind, port: gone.port }), never), {
      code: 'CONNECT_FAILED',
      message: /no connection to the proxy 127\.0\.0\.1/,
      hint: /proxy/,
    });
    const nameless = new SocketDialer({ lookUp: async (name) => (name === NAME ? LOOPBACK : []) });
    const proxy = { url: `${kind}://proxy.example.test:1080`, password: undefined };
    await assert.rejects(nameless.dial(targetAt(110, { host: NAME, proxy }), never), {
      code: 'HOST_UNKNOWN',
      message: /"proxy\.example\.test" of the proxy/,
    });
  });
}

test('a URL that is none of a proxy is refused, and not repeated', async () => {
  const proxy = { url: 'http://ann:hunter2@127.0.0.1:1', password: undefined };
  await assert.rejects(new SocketDialer().dial(targetAt(110, { proxy }), never), (error) => {
    assert.ok(error instanceof Error && 'code' in error);
    assert.equal(error.code, 'CONFIG_INVALID');
    assert.ok(!inspect(error).includes('hunter2'));
    return true;
  });
});
