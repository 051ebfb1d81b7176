// A batch: every message is answered for by itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SQSEvent } from 'aws-lambda';
import { answerBatch } from '../../../functions/fetch/batch.ts';
import type { Answer, Delivery } from '../../../functions/fetch/batch.ts';
import type { FetchWatch } from '../../../functions/fetch/fetch-ports.ts';
import { MailferryError } from '../../../lib/core/errors.ts';
import type { PollMessage } from '../../../functions/messages.ts';

type Work = (delivery: Delivery<PollMessage>) => Promise<Answer>;

function event(bodies: Readonly<Record<string, unknown>>): Pick<SQSEvent, 'Records'> {
  const records = Object.entries(bodies).map(([messageId, body]) => ({
    messageId,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { ApproximateReceiveCount: '2' },
  }));
  return { Records: records as unknown as SQSEvent['Records'] };
}

const poll = (account: string): PollMessage => ({
  kind: 'poll',
  account: account as PollMessage['account'],
  tick: 1,
});

function watch(): FetchWatch {
  const silent = (): void => undefined;
  return { count: silent, info: silent, warn: silent, error: silent };
}

async function failures(
  bodies: Readonly<Record<string, unknown>>,
  work: Work,
  over = new AbortController().signal,
): Promise<string[]> {
  const answers = await answerBatch(event(bodies), 'poll', { over }, watch(), work);
  return answers.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

test('what is done goes, what is not comes again, and one that throws takes no other with it', async () => {
  const bodies = { a: poll('done'), b: poll('again'), c: poll('thrown'), d: poll('done') };
  const failed = await failures(bodies, async ({ message: { account } }) => {
    if (String(account) === 'thrown') throw new Error('a mistake');
    return String(account) === 'again' ? 'again' : 'done';
  });
  assert.deepEqual(failed.sort(), ['b', 'c']);
});

test('what is not a message of this queue fails without a try', async () => {
  let tried = 0;
  const bodies = {
    a: '{"kind":"poll"',
    b: 'null',
    c: { kind: 'drain', account: 'ann', id: 'x', slice: 1 },
    d: { ...poll('ann'), account: '../ann' },
    e: poll('ann'),
  };
  const failed = await failures(bodies, async () => {
    tried += 1;
    return 'done';
  });
  assert.deepEqual(failed.sort(), ['a', 'b', 'c', 'd']);
  assert.equal(tried, 1);
});

test('how often a message has come is told', async () => {
  const seen: number[] = [];
  await failures({ a: poll('ann') }, async ({ receives }) => {
    seen.push(receives);
    return 'done';
  });
  assert.deepEqual(seen, [2]);
});

test('one that hangs to the end of the time comes again, and the others are done', async () => {
  const over = new AbortController();
  const hangs = Promise.withResolvers<Answer>();
  const answers = failures(
    { a: poll('hangs'), b: poll('well') },
    async ({ message: { account } }) => (String(account) === 'hangs' ? await hangs.promise : 'done'),
    over.signal,
  );
  over.abort(new MailferryError('the time is over', { code: 'TIME_UP', scope: 'session', retryable: true }));
  assert.deepEqual(await answers, ['a']);
  // That it fails afterwards disturbs nobody.
  hangs.reject(new Error('too late'));
});

test('why a message failed is told, with its account', async () => {
  const told: unknown[] = [];
  const error = new TypeError('a mistake');
  const loud = { ...watch(), error: (_line: string, facts: unknown): void => void told.push(facts) };
  const time = { over: new AbortController().signal };
  await answerBatch(event({ a: poll('ann') }), 'poll', time, loud, async () => await Promise.reject(error));
  assert.deepEqual(told, [{ account: 'ann', kind: 'poll', receives: 2, error }]);
});
