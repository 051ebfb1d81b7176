// What the runner may call good.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closingReport } from './closing-report.ts';

const corpusSkip = {
  name: 'all of it',
  file: 'test/parse/corpus.test.ts',
  reason: 'no corpus: 2148 messages',
};
const otherSkip = { name: 'disk full', file: 'test/crash/disk-full.test.ts', reason: 'mounting needs root' };

void test('the last line is the numbers and nothing else', () => {
  const { text, good } = closingReport({ passed: 3, failed: 0, skips: [otherSkip] }, false);
  assert.equal(text.split('\n').at(-2), '3 passed, 0 failed, 1 skipped');
  assert.match(text, /skipped 1: mounting needs root\n {2}test\/crash\/disk-full\.test\.ts: disk full\n/);
  assert.equal(good, true);
});

void test('a failed test makes a bad run', () => {
  assert.equal(closingReport({ passed: 3, failed: 1, skips: [] }, false).good, false);
});

void test('a run without any test is a bad run', () => {
  assert.equal(closingReport({ passed: 0, failed: 0, skips: [] }, false).good, false);
});

void test('a skipped corpus, interop or S3 test is a bad run only where they are required', () => {
  const interopSkip = { ...otherSkip, file: 'test/interop/tls.test.ts' };
  const s3Skip = { ...otherSkip, reason: 'no S3 server: moto is not here' };
  for (const skip of [corpusSkip, interopSkip, s3Skip]) {
    assert.equal(closingReport({ passed: 3, failed: 0, skips: [skip] }, false).good, true);
    assert.equal(closingReport({ passed: 3, failed: 0, skips: [skip] }, true).good, false);
  }
  assert.equal(closingReport({ passed: 3, failed: 0, skips: [otherSkip] }, true).good, true);
});
