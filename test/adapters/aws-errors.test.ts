// Failures of AWS clients are told apart by their kind, and shown without anything that was sent or answered.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adviseOn } from '../../lib/adapters/aws-advice.ts';
import { NOT_ANSWERED, readAwsFailure } from '../../lib/adapters/aws-errors.ts';
import type { AwsFailureKind } from '../../lib/adapters/aws-errors.ts';

interface Symptoms {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

function thrown({ message = 'it holds hunter2', ...symptoms }: Symptoms): Error {
  return Object.assign(new Error(message), symptoms);
}

const answered = (httpStatusCode: number): Symptoms => ({ $metadata: { httpStatusCode } });

const CASES: readonly (readonly [Symptoms, AwsFailureKind, found: string])[] = [
  [{ name: 'ParameterNotFound', ...answered(400) }, 'missing', 'ParameterNotFound (HTTP 400)'],
  [
    { name: 'Unheard', $metadata: { httpStatusCode: 503, requestId: 'R-1' } },
    'server-fault',
    'Unheard (HTTP 503, request R-1)',
  ],
  [{ name: 'Unheard', ...answered(429) }, 'throttled', 'Unheard (HTTP 429)'],
  [{ name: 'Unheard', ...answered(403) }, 'refused', 'Unheard (HTTP 403)'],
  [{ name: 'Unheard', ...answered(400) }, 'unknown', 'Unheard (HTTP 400)'],
  [{ code: 'ECONNREFUSED' }, 'network', 'ECONNREFUSED'],
  // In the middle of an answer that began well.
  [{ code: 'ECONNRESET', ...answered(200) }, 'network', 'ECONNRESET (HTTP 200)'],
  [{ name: 'TimeoutError' }, 'network', 'TimeoutError'],
  [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'impostor', 'SELF_SIGNED_CERT_IN_CHAIN'],
  [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'impostor', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [{ name: 'SyntaxError', ...answered(200) }, 'impostor', 'an answer that cannot be read (HTTP 200)'],
  [{ name: NOT_ANSWERED }, 'impostor', 'an answer without what was asked for'],
  [{ name: 'AbortError', code: 'ABORT_ERR' }, 'aborted', 'it was aborted'],
  [{ message: 'Region is missing' }, 'no-region', 'no region is given'],
  [{ name: 'CredentialsProviderError' }, 'no-credentials', 'CredentialsProviderError'],
  [{ name: 'a name with hunter2 in it' }, 'unknown', 'an unknown failure'],
  [{ name: 'TypeError' }, 'unknown', 'TypeError'],
];

test('every failure has its kind, and shows no more than code, status and request', () => {
  for (const [symptoms, kind, found] of CASES) {
    const failure = readAwsFailure(thrown(symptoms));
    assert.deepEqual([failure.kind, failure.found], [kind, found]);
  }
});

test('what is no error at all is unknown', () => {
  for (const value of [undefined, null, 'hunter2', 7, {}]) {
    assert.deepEqual(readAwsFailure(value).found, 'an unknown failure');
    assert.equal(readAwsFailure(value).kind, 'unknown');
  }
});

test('what passes by itself is worth another attempt, and nothing else', () => {
  const target = { service: 'SQS', resource: 'the queue a', right: 'send', relief: 'wait' };
  const passing = ['throttled', 'aborted', 'server-fault', 'network', 'impostor'];
  for (const [, kind] of CASES) {
    assert.equal(adviseOn(kind, target).retryable, passing.includes(kind), kind);
  }
});
