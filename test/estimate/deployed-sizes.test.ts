// What an estimate takes the stack to be is what the stack is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as stack from '../../cdk/sizes.ts';
import { capacityOf } from '../../functions/parse/capacity.ts';
import { POLL_MESSAGES, POLL_OCTETS } from '../../functions/fetch/run-account.ts';
import * as estimated from '../../lib/estimate/deployed-sizes.ts';

test('the estimate has the sizes of the stack', () => {
  assert.deepEqual(estimated.MEMORY_MEGABYTES, {
    dispatch: stack.DISPATCH_SIZE.memoryMegabytes,
    poll: stack.POLL_SIZE.memoryMegabytes,
    drain: stack.DRAIN_SIZE.memoryMegabytes,
    parse: stack.PARSE_SIZE.memoryMegabytes,
  });
  assert.equal(estimated.SLICE_SECONDS, stack.DRAIN_SIZE.timeoutSeconds - stack.DRAIN_RESERVE_SECONDS);
  assert.equal(estimated.POLL_BATCH, stack.POLL_QUEUE.batchSize);
  assert.equal(estimated.PARSE_BATCH, stack.PARSE_QUEUE.batchSize);
  assert.equal(estimated.PARSES_AT_ONCE, capacityOf(stack.PARSE_SIZE.memoryMegabytes).atOnce);
  assert.equal(estimated.CONCURRENCY, stack.DEFAULT_CONCURRENCY);
  assert.deepEqual([estimated.POLL_MESSAGES, estimated.POLL_OCTETS], [POLL_MESSAGES, POLL_OCTETS]);
});
