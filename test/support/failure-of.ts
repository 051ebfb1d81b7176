// What a call fails with, for tests that look at all of it.

import assert from 'node:assert/strict';
import { MailferryError } from '../../lib/core/errors.ts';

export async function failureOf(call: () => Promise<unknown>): Promise<MailferryError> {
  const [outcome] = await Promise.allSettled([call()]);
  assert.ok(outcome?.status === 'rejected', 'it did not fail');
  assert.ok(outcome.reason instanceof MailferryError, String(outcome.reason));
  return outcome.reason;
}
