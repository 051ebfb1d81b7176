// The way through real proxies to a POP3 server: in clear text, with TLS and with STLS, with and without a password.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import type { TlsMode } from '../../lib/core/account.ts';
import { Secret } from '../../lib/core/secret.ts';
import type { Connection, DialTarget } from '../../lib/ports/pop3.ts';
import { makeCertificates } from '../support/certificates.ts';
import { targetAt } from '../support/dial-target.ts';
import { plainMail } from '../support/odd-mail.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import { proxiesSkip } from '../support/real-proxies-presence.ts';
import { startMicrosocks, startTinyproxy } from '../support/real-proxies.ts';

const options = { skip: proxiesSkip(), timeout: 60_000 };
const never = new AbortController().signal;
const LOGIN = { user: 'ann', password: 'pr0xy-pass' };

const PROXIES = [
  ['socks5', startMicrosocks],
  ['socks5h', startMicrosocks],
  ['http', startTinyproxy],
] as const;

async function readLine(connection: Connection): Promise<string> {
  let text = '';
  while (!text.endsWith('\r\n'))
    text += Buffer.from((await connection.read()) ?? assert.fail(text)).toString('latin1');
  return text;
}

async function say(connection: Connection, command: string): Promise<string> {
  await connection.write(Buffer.from(`${command}\r\n`));
  return await readLine(connection);
}

for (const [kind, start] of PROXIES) {
  for (const tls of ['none', 'implicit', 'starttls'] as const satisfies readonly TlsMode[]) {
    void test(`a POP3 session with tls: ${tls} through ${kind}`, options, async () => {
      const { caPem, ...certificate } = await makeCertificates({ names: ['localhost'] });
      const mode = tls === 'starttls' ? 'stls' : tls;
      await using server = await startPop3Server({
        maildrop: maildropOf([plainMail(1)]),
        user: 'ann',
        password: 'secret',
        tls: mode,
        certificate,
      });
      await using proxy = await start(LOGIN);
      const way = {
        url: `${kind}://${LOGIN.user}@127.0.0.1:${proxy.port}`,
        password: new Secret(LOGIN.password),
      };
      const target: DialTarget = targetAt(server.port, { host: 'localhost', tls, caPem, proxy: way });
      const connection = await new SocketDialer().dial(target, never);
      try {
        assert.match(await readLine(connection), /^\+OK/);
        if (tls === 'starttls') {
          assert.match(await say(connection, 'STLS'), /^\+OK/);
          await connection.startTls();
        }
        assert.equal(connection.tls !== undefined, tls !== 'none');
        assert.match(await say(connection, 'USER ann'), /^\+OK/);
        assert.match(await say(connection, 'PASS secret'), /^\+OK/);
        assert.match(await say(connection, 'STAT'), /^\+OK 1 /);
        assert.match(await say(connection, 'QUIT'), /^\+OK/);
      } finally {
        connection.close();
      }
    });
  }

  void test(`${kind} refuses a wrong password, and the account’s owner is told`, options, async () => {
    await using proxy = await start(LOGIN);
    const way = { url: `${kind}://${LOGIN.user}@127.0.0.1:${proxy.port}`, password: new Secret('wrong') };
    await assert.rejects(new SocketDialer().dial(targetAt(110, { host: 'localhost', proxy: way }), never), {
      code: 'CONNECT_FAILED',
      scope: 'account',
      message: /^the proxy 127\.0\.0\.1/,
      hint: /proxy\.password/,
    });
  });

  void test(`${kind} reports a server that is not there`, options, async () => {
    await using proxy = await start();
    const way = { url: `${kind}://127.0.0.1:${proxy.port}`, password: undefined };
    // Nobody listens on port 1, and on a test machine nobody may.
    await assert.rejects(new SocketDialer().dial(targetAt(1, { host: 'localhost', proxy: way }), never), {
      code: 'CONNECT_FAILED',
      scope: 'session',
      retryable: true,
      message: /^the proxy 127\.0\.0\.1/,
    });
  });
}
