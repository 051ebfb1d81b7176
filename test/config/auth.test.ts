// `auth` in mailferry.yaml: a password or OAuth2, by a provider's name or by URLs; what is missing or contradicts is said with
// what is allowed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountAuth } from '../../lib/core/account.ts';
import { accountWith, problemsOfAccountWith } from './config-under-test.ts';

const GOOGLE = {
  provider: 'google',
  clientId: 'id.apps.example',
  clientSecret: 'file:./client-secret',
  refreshToken: 'file:./refresh-token',
};
const MICROSOFT = { provider: 'microsoft', clientId: 'id', refreshToken: 'ssm:/mail/token' };
const OTHER = {
  tokenUrl: 'https://login.example.com/token',
  clientId: 'id',
  refreshToken: 'secretsmanager:mail#token',
};
const OF_PROGRAM = {
  provider: 'microsoft',
  tenant: 'example.com',
  grant: 'clientCredentials',
  clientId: 'id',
  clientSecret: 'ssm:/mail/secret',
};

function authOf(oauth2: object, more: object = {}): AccountAuth {
  return accountWith({ auth: { oauth2, ...more } }).auth;
}

function problemsOf(oauth2: unknown, more: object = {}, account: object = {}): string {
  return problemsOfAccountWith({ auth: { oauth2, ...more }, ...account }).join('\n');
}

test('Google is known by its name', () => {
  assert.deepEqual(authOf(GOOGLE), {
    kind: 'oauth2',
    grant: 'refresh-token',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    deviceUrl: undefined,
    clientId: 'id.apps.example',
    clientSecret: { store: 'file', locator: '/etc/ferry/client-secret' },
    refreshToken: { store: 'file', locator: '/etc/ferry/refresh-token' },
    scope: 'https://mail.google.com/',
    method: undefined,
  });
});

test('Microsoft is known by its name, with the tenant that is given or all of them', () => {
  for (const [given, tenant] of [
    [{}, 'common'],
    [{ tenant: 'example.onmicrosoft.com' }, 'example.onmicrosoft.com'],
  ] as const) {
    const base = `https://login.microsoftonline.com/${tenant}/oauth2/v2.0`;
    assert.deepEqual(authOf({ ...MICROSOFT, ...given }), {
      kind: 'oauth2',
      grant: 'refresh-token',
      tokenUrl: `${base}/token`,
      authorizationUrl: `${base}/authorize`,
      deviceUrl: `${base}/devicecode`,
      clientId: 'id',
      clientSecret: undefined,
      refreshToken: { store: 'ssm', locator: '/mail/token' },
      scope: 'https://outlook.office.com/POP.AccessAsUser.All offline_access',
      method: undefined,
    });
  }
});

test('client credentials of Microsoft have a scope of their own and nobody who logs in', () => {
  assert.deepEqual(authOf(OF_PROGRAM), {
    kind: 'oauth2',
    grant: 'client-credentials',
    tokenUrl: 'https://login.microsoftonline.com/example.com/oauth2/v2.0/token',
    authorizationUrl: undefined,
    deviceUrl: undefined,
    clientId: 'id',
    clientSecret: { store: 'ssm', locator: '/mail/secret' },
    refreshToken: undefined,
    scope: 'https://outlook.office365.com/.default',
    method: undefined,
  });
});

test('any other server is known by its URLs, and a scope that is given is the one', () => {
  const auth = authOf({ ...OTHER, deviceUrl: 'https://login.example.com/device', scope: 'mail offline' });
  assert.ok(auth.kind === 'oauth2');
  assert.deepEqual(
    [auth.tokenUrl, auth.authorizationUrl, auth.deviceUrl, auth.scope],
    ['https://login.example.com/token', undefined, 'https://login.example.com/device', 'mail offline'],
  );
  const google = authOf({ ...GOOGLE, scope: 'openid' });
  assert.equal(google.kind === 'oauth2' && google.scope, 'openid');
});

test('a method is written in lower or in upper case, and goes with its kind of credential', () => {
  for (const method of ['xoauth2', 'XOAUTH2', 'oauthbearer'])
    assert.equal(authOf(GOOGLE, { method }).method, method.toUpperCase());
  for (const method of ['scram-sha-256', 'PLAIN', 'apop', 'user']) {
    const { auth } = accountWith({ auth: { password: 'env:P', method } });
    assert.equal(auth.method, method.toUpperCase());
  }
});

test('a method that does not go with its kind of credential is refused', () => {
  for (const method of ['xoauth2', 'OAUTHBEARER']) {
    const [problem] = problemsOfAccountWith({ auth: { password: 'env:P', method } });
    assert.match(problem ?? '', /^accounts\[0\]\.auth\.method: \w+ needs oauth2, not a password/);
  }
  assert.match(problemsOf(GOOGLE, { method: 'plain' }), /auth\.method: expected xoauth2 or oauthbearer/);
  assert.match(problemsOf(GOOGLE, { method: 'ntlm' }), /auth\.method: expected .*scram-sha-256.*xoauth2/);
  assert.match(problemsOf(GOOGLE, { method: 'Plain' }), /auth\.method: expected /);
});

test('there is one credential: a password or OAuth2', () => {
  assert.match(problemsOf(undefined), /auth\.password: expected a reference to a secret: .*; or oauth2/);
  assert.match(problemsOf(GOOGLE, { password: 'env:P' }), /auth\.oauth2: expected either password or oauth2/);
});

const PROBLEMS: readonly (readonly [oauth2: object, problem: RegExp])[] = [
  [{ ...OTHER, tokenUrl: undefined }, /oauth2\.tokenUrl: expected a URL, or provider: google or microsoft/],
  [{ ...GOOGLE, tokenUrl: OTHER.tokenUrl }, /oauth2\.tokenUrl: expected nothing: that provider has its own/],
  [{ ...MICROSOFT, deviceUrl: OTHER.tokenUrl }, /oauth2\.deviceUrl: expected nothing: that provider/],
  [{ ...GOOGLE, provider: 'yahoo' }, /oauth2\.provider: expected google or microsoft, or tokenUrl/],
  [{ ...GOOGLE, tenant: 'a' }, /oauth2\.tenant: expected nothing: only provider: microsoft/],
  [{ ...OTHER, tenant: 'a' }, /oauth2\.tenant: expected nothing/],
  [{ ...MICROSOFT, tenant: 'a/../b' }, /oauth2\.tenant: expected the id of a tenant/],
  [{ ...MICROSOFT, tenant: 'a?b' }, /oauth2\.tenant: expected the id of a tenant/],
  [{ ...MICROSOFT, refreshToken: undefined }, /oauth2\.refreshToken: .*mailferry login puts/],
  [{ ...GOOGLE, clientSecret: undefined }, /oauth2\.clientSecret: .*Google gives/],
  [{ ...GOOGLE, grant: 'clientCredentials' }, /oauth2\.grant: expected refreshToken: Google/],
  [{ ...OF_PROGRAM, clientSecret: undefined }, /oauth2\.clientSecret: .*clientCredentials are/],
  [{ ...OF_PROGRAM, refreshToken: 'env:T' }, /oauth2\.refreshToken: expected nothing/],
  [{ ...OF_PROGRAM, tenant: undefined }, /oauth2\.tenant: expected the id or a domain of one tenant/],
  [{ ...OF_PROGRAM, tenant: 'common' }, /oauth2\.tenant: expected the id or a domain of one tenant/],
  [{ ...GOOGLE, grant: 'password' }, /oauth2\.grant: expected refreshToken or clientCredentials/],
  [{ ...GOOGLE, clientId: undefined }, /oauth2\.clientId: expected the id that the provider gave/],
  [{ ...GOOGLE, clientId: '' }, /oauth2\.clientId: expected the id/],
  [{ ...GOOGLE, clientId: 'a\r\nb' }, /oauth2\.clientId: expected the id/],
  [{ ...GOOGLE, scope: 'a  b' }, /oauth2\.scope: expected scopes/],
  [{ ...GOOGLE, scope: 'a"b' }, /oauth2\.scope: expected scopes/],
  [{ ...GOOGLE, refreshToken: '1//hunter2' }, /oauth2\.refreshToken: .*never the secret itself/],
  [{ ...GOOGLE, password: 'env:P' }, /oauth2\.password: there is no such key here/],
];

test('what is missing or contradicts in oauth2 is said with what is allowed, and no value is shown', () => {
  for (const [oauth2, expected] of PROBLEMS) {
    const problems = problemsOf(oauth2);
    assert.match(problems, expected);
    assert.doesNotMatch(problems, /hunter2/);
  }
  for (const oauth2 of ['hunter2', ['hunter2'], null]) {
    const problems = problemsOf(oauth2);
    assert.match(problems, /auth\.oauth2: expected \{ provider/);
    assert.doesNotMatch(problems, /hunter2/);
  }
});

const BAD_URLS = [
  '',
  'login.example.com/token',
  'ftp://login.example.com/token',
  'https://user@login.example.com/token',
  'https://:secret@login.example.com/token',
  'https://login.example.com/token#fragment',
  'https://login.example.com/token#',
  'https://',
  'http://login.example.com/token',
  'http://127.0.0.1.example.com/token',
  'http://10.0.0.1/token',
];

test('a URL is https, and has no user, no password and no fragment', () => {
  for (const key of ['tokenUrl', 'authorizationUrl', 'deviceUrl']) {
    for (const url of BAD_URLS) {
      for (const allowPrivateNetwork of [false, true]) {
        const problems = problemsOf({ ...OTHER, [key]: url }, {}, { allowPrivateNetwork });
        assert.match(problems, new RegExp(`auth\\.oauth2\\.${key}: expected an https: URL`), url);
      }
    }
  }
});

test('a URL in clear text leads to this very machine, where the account allows private networks', () => {
  for (const host of ['127.0.0.1:8080', 'localhost', '[::1]:8080', '127.1', '0x7f.1']) {
    const oauth2 = { ...OTHER, tokenUrl: `http://${host}/token` };
    const { auth } = accountWith({ auth: { oauth2 }, allowPrivateNetwork: true });
    assert.equal(auth.kind === 'oauth2' && auth.tokenUrl, oauth2.tokenUrl);
    assert.match(problemsOf(oauth2), /tokenUrl: .*only to this very machine/);
  }
});

test('problems of auth are told beside all others', () => {
  const problems = problemsOfAccountWith({ port: 0, tls: 'none', auth: { oauth2: { grant: 'x' } } }).join(
    '\n',
  );
  for (const expected of [/\.port:/, /\.tls:/, /\.grant:/, /\.clientId:/, /\.tokenUrl:/])
    assert.match(problems, expected);
});
