// Where archive and ledger may be, and what follows from the one for the other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeLocation } from '../../lib/config/location.ts';
import { configWith, problemsWith } from './config-under-test.ts';

const LEDGER = 'dynamodb://mail-ledger';

test('an archive in S3 is a bucket, and perhaps folders in it', () => {
  for (const [archive, bucket, prefix] of [
    ['s3://my-bucket.1', 'my-bucket.1', ''],
    ['s3://my-bucket/', 'my-bucket', ''],
    ['s3://my-bucket/mail', 'my-bucket', 'mail'],
    ['s3://my-bucket/a/b.c/', 'my-bucket', 'a/b.c'],
  ] as const) {
    const config = configWith({ archive, ledger: LEDGER });
    assert.deepEqual(config.archive, { kind: 's3', bucket, prefix });
    assert.equal(describeLocation(config.archive), archive.replace(/\/$/, ''));
    assert.equal(config.derived, undefined);
  }
});

test('a ledger is a table or a file, wherever the archive is', () => {
  const table = { kind: 'dynamodb', table: 'mail-ledger' };
  const file = { kind: 'sqlite', path: '/etc/ferry/ledgers/l.db' };
  assert.deepEqual(configWith({ archive: 's3://bucket', ledger: LEDGER }).ledger, table);
  assert.deepEqual(configWith({ archive: './mail', ledger: LEDGER }).ledger, table);
  assert.deepEqual(configWith({ archive: 's3://bucket', ledger: './ledgers/l.db' }).ledger, file);
  assert.deepEqual(configWith({ archive: './mail', ledger: './ledgers/l.db' }).ledger, file);
  assert.equal(describeLocation(configWith({ ledger: LEDGER }).ledger), LEDGER);
});

test('what is derived may have a bucket of its own, and the stack may parse', () => {
  const { derived, parsing } = configWith({
    archive: 's3://raw-bucket',
    derived: 's3://derived-bucket/v2',
    ledger: LEDGER,
    parsing: 'stack',
  });
  assert.deepEqual(derived, { kind: 's3', bucket: 'derived-bucket', prefix: 'v2' });
  assert.equal(parsing, 'stack');
});

test('an archive in S3 needs to be told its ledger', () => {
  assert.deepEqual(problemsWith({ archive: 's3://bucket' }), [
    'ledger: expected dynamodb://table or the path of a file: an archive in S3 has no place for it, got nothing',
  ]);
});

test('a folder keeps what is derived beside the mail, and the stack does not parse it', () => {
  assert.deepEqual(problemsWith({ derived: 's3://bucket', parsing: 'stack' }), [
    'derived: expected nothing: a folder keeps the parsed documents beside the mail, got "s3://bucket"',
    'parsing: expected here or later: the stack parses only what is in S3, got "stack"',
  ]);
});

test('problems between keys are told beside those within keys', () => {
  const problems = problemsWith({
    archive: 's3://bucket',
    colour: 'red',
    accounts: [{ id: 'a' }, { id: 'a' }],
  });
  assert.ok(problems.some((problem) => problem.startsWith('ledger: expected dynamodb://table')));
  assert.ok(problems.includes('colour: there is no such key here'));
  assert.ok(problems.includes('accounts[1].id: every account needs an id of its own, got "a"'));
  assert.ok(problems.some((problem) => problem.startsWith('accounts[0].host: ')));
});

test('clear text is told beside other problems of the account', () => {
  const account = { id: 'a', host: 'h', user: 5, tls: 'none', auth: { password: 'env:X' } };
  const problems = problemsWith({ accounts: [account, null] });
  assert.equal(problems.length, 3, problems.join('\n'));
  assert.match(problems.join('\n'), /accounts\[0\]\.tls: .*needs insecure: true, got "none"/);
});

test('an address that is nearly one is refused, and never taken for a folder', () => {
  for (const archive of [
    's3:bucket',
    's3:/bucket',
    's3://',
    's3://ab',
    's3://Bucket',
    's3://bucket_1',
    's3://-bucket',
    's3://bucket//twice',
    's3://bucket/../up',
    's3://bucket/with space',
    'S3://bucket',
    'arn:aws:s3:::bucket',
    'dynamodb://mail-ledger',
    'https://bucket.s3.amazonaws.com',
    '',
    5,
    null,
  ]) {
    assert.deepEqual(problemsWith({ archive }), [
      `archive: expected the path of a folder, or s3://bucket[/prefix], got ${JSON.stringify(archive)}`,
    ]);
  }
  for (const ledger of ['dynamodb://ab', 'dynamodb:table', 'dynamodb://a/b/c', 's3://bucket', '', false]) {
    assert.deepEqual(problemsWith({ ledger }), [
      `ledger: expected the path of a file, or dynamodb://table, got ${JSON.stringify(ledger)}`,
    ]);
  }
  assert.deepEqual(problemsWith({ archive: 's3://bucket', ledger: LEDGER, derived: './here' }), [
    'derived: expected s3://bucket[/prefix], got "./here"',
  ]);
});
