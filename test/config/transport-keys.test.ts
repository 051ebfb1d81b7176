// The keys of an account about transport: whom to trust, how to show who we are, by which proxy, and whether to send ahead.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountWith, problemsOfAccountWith } from './config-under-test.ts';

const PIN = 'r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=';
const OTHER_PIN = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

test('without any of them the way is straight, and nothing is sent ahead unless the server says it may be', () => {
  const { pins, clientCertificate, proxy, pipelining } = accountWith({});
  assert.deepEqual(
    { pins, clientCertificate, proxy, pipelining },
    { pins: [], clientCertificate: undefined, proxy: undefined, pipelining: 'auto' },
  );
});

test('one pin or several, secrets of a client certificate, a proxy and its password', () => {
  const account = accountWith({
    pins: [PIN, OTHER_PIN],
    clientCertificate: { certificate: 'file:client.crt', key: 'ssm:/mail/client-key' },
    proxy: { url: 'socks5h://ann@proxy.example:1080', password: 'env:PROXY_PASSWORD' },
    pipelining: 'never',
  });
  assert.deepEqual(account.pins, [PIN, OTHER_PIN]);
  assert.deepEqual(account.clientCertificate, {
    certificate: { store: 'file', locator: '/etc/ferry/client.crt' },
    key: { store: 'ssm', locator: '/mail/client-key' },
  });
  assert.deepEqual(account.proxy, {
    url: 'socks5h://ann@proxy.example:1080',
    password: { store: 'env', locator: 'PROXY_PASSWORD' },
  });
  assert.equal(account.pipelining, 'never');
  assert.ok(Object.isFrozen(account.pins) && Object.isFrozen(account.proxy));
});

test('a pin that is no SHA-256 in base64 is refused, and so is an empty list', () => {
  for (const pin of [PIN.slice(1), `${PIN}=`, `sha256/${PIN}`, PIN.replace('=', ''), 'A'.repeat(44), 7]) {
    const [problem, ...others] = problemsOfAccountWith({ pins: [PIN, pin] });
    assert.match(problem ?? '', /^accounts\[0\]\.pins\[1\]: expected the SHA-256 of a public key/);
    assert.deepEqual(others, []);
  }
  assert.match(String(problemsOfAccountWith({ pins: [] })), /pins: expected a list of at least one pin/);
});

test('pins and a client certificate have no meaning with tls: none', () => {
  const clientCertificate = { certificate: 'file:a', key: 'file:b' };
  const problems = problemsOfAccountWith({ tls: 'none', insecure: true, pins: [PIN], clientCertificate });
  assert.deepEqual(
    problems.map((problem) => problem.split(',')[0]),
    [
      'accounts[0].pins: expected nothing with tls: none',
      'accounts[0].clientCertificate: expected nothing with tls: none',
    ],
  );
});

test('a proxy with its password in the URL is refused, and the password is not repeated', () => {
  for (const url of [
    'http://ann:hunter2@proxy.example:3128',
    'hunter2',
    'socks4://hunter2',
    'ftp://hunter2/',
  ]) {
    const [problem, ...others] = problemsOfAccountWith({ proxy: { url } });
    assert.match(
      problem ?? '',
      /proxy\.url: expected socks5:.* without a password, got something else \(not shown\)/,
    );
    assert.deepEqual(others, []);
  }
});

test('a private key in place of a reference to it is not repeated', () => {
  const clientCertificate = { certificate: 'file:a', key: '-----BEGIN PRIVATE KEY-----\nhunter2' };
  const problems = problemsOfAccountWith({ clientCertificate });
  assert.match(String(problems), /clientCertificate\.key: expected a reference to a secret/);
  assert.doesNotMatch(String(problems), /hunter2|BEGIN/);
});

test('a password for a proxy needs a user in its URL', () => {
  const proxy = { url: 'http://proxy.example:3128', password: 'env:P' };
  assert.match(String(problemsOfAccountWith({ proxy })), /proxy\.url: expected a user in it/);
});

test('pipelining is auto, always or never', () => {
  assert.match(
    String(problemsOfAccountWith({ pipelining: true })),
    /pipelining: expected auto, always or never/,
  );
});
