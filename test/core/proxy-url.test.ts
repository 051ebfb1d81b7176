// What the URL of a proxy may say, and what becomes of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProxyUrl } from '../../lib/core/proxy-url.ts';

test('kind, host, port and user are taken apart', () => {
  for (const [url, expected] of [
    ['socks5://proxy.example:9050', ['socks5', 'proxy.example', 9050, undefined]],
    ['socks5h://ann@proxy.example', ['socks5h', 'proxy.example', 1080, 'ann']],
    ['http://proxy.example', ['http', 'proxy.example', 80, undefined]],
    ['http://proxy.example:80/', ['http', 'proxy.example', 80, undefined]],
    ['http://DOMAIN%5Cann%40x@192.0.2.1:3128', ['http', '192.0.2.1', 3128, 'DOMAIN\\ann@x']],
    ['socks5://[2001:db8::1]:1081', ['socks5', '2001:db8::1', 1081, undefined]],
    ['HTTP://[::1]:8080', ['http', '::1', 8080, undefined]],
  ] as const) {
    const place = parseProxyUrl(url);
    assert.deepEqual([place?.kind, place?.host, place?.port, place?.user], expected, url);
  }
});

test('anything else is refused: other schemes, a password, paths, control characters, a user that is too long', () => {
  for (const url of [
    '',
    'proxy.example:1080',
    'socks4://proxy.example',
    'https://proxy.example',
    'socks5://',
    'socks5://:1080',
    'socks5://proxy.example:70000',
    'http://ann:secret@proxy.example',
    'http://:secret@proxy.example',
    'http://proxy.example/path',
    'http://proxy.example/?a',
    'socks5://proxy.example#a',
    'http://a%0d%0aX: y@proxy.example',
    'http://%ff@proxy.example',
    `socks5://${'u'.repeat(256)}@proxy.example`,
  ])
    assert.equal(parseProxyUrl(url), undefined, url);
});
