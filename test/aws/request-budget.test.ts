// How many requests a message and a poll may cost, counted where they pass: the functions with their real adapters against an S3,
// a DynamoDB and an SQS server on this machine. What S3 does by itself, one message to the queue for each object, is on the bill
// and in nobody's hand; it is not in the budget.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { POLL_MESSAGES } from '../../functions/fetch/run-account.ts';
import { READS_OF_RUN, WRITES_OF_RUN } from '../../lib/estimate/run-cost.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { mailWithAttachments } from '../support/attachment-mail.ts';
import { plainMail } from '../support/odd-mail.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { openCountedImporter } from './counted-importer.ts';
import type { CountedImporter, Requests } from './counted-importer.ts';

const MESSAGES = 300;
/** Every so many has one attachment of its own, or two. */
const ONE_IN_WITH_ATTACHMENT = 10;
/** Catalog, snapshots, lists: for each message. */
const BESIDE = 0.05;
/** A drain takes what it has to do into the account's state, its message says so, and at its end it is taken out. */
const WRITES_OF_DRAIN = 3;
/** Lambda receives and deletes as many as SQS gives at once. */
const SQS_BATCH = 10;

function mails(): Buffer[] {
  return Array.from({ length: MESSAGES }, (_, number) =>
    number % ONE_IN_WITH_ATTACHMENT === 0 ? mailWithAttachments(number) : plainMail(number),
  );
}

void test('requests', { skip: motoSkip(), timeout: 180_000 }, async (t) => {
  await using importer = await openCountedImporter(maildropOf(mails()));

  await t.test('a message is one object, one document, its attachments and one write unit', async () => {
    await importer.poll();
    const slices = await importer.drain();
    assert.equal(slices, 1, 'what a poll cannot carry is one slice');
    const fetched = importer.take();
    const batches = await importer.parse();
    const parsed = importer.take();
    t.diagnostic(JSON.stringify({ fetched: told(fetched), parsed: told(parsed), batches }));

    assert.equal(countOf(fetched, /^raw\//), MESSAGES);
    assert.equal(countOf(parsed, /^parsed\//), MESSAGES);
    const attachments = countOf(parsed, /^attachments\//);
    assert.ok(
      attachments >= MESSAGES / ONE_IN_WITH_ATTACHMENT && attachments <= MESSAGES / 5,
      `${attachments}`,
    );
    const puts = [...fetched.puts, ...parsed.puts];
    const beside = puts.filter((key) => !/^(?:raw|parsed|attachments)\//.test(key));
    assert.ok(beside.length <= BESIDE * MESSAGES, `${beside.length} other objects`);
    assert.ok(fetched.otherS3 <= BESIDE * MESSAGES, `${fetched.otherS3} requests of S3 that store nothing`);
    assert.ok(parsed.otherS3 <= MESSAGES + attachments, `${parsed.otherS3} to read ${MESSAGES} messages`);

    const { writeUnits, readUnits, requests } = fetched.dynamodb;
    const runs = 1 + slices;
    const most = MESSAGES + runs * WRITES_OF_RUN + WRITES_OF_DRAIN;
    assert.ok(
      writeUnits >= MESSAGES && writeUnits <= most,
      `${writeUnits} write units, ${JSON.stringify(requests)}`,
    );
    assert.ok(readUnits <= runs * READS_OF_RUN + BESIDE * 2 * MESSAGES, `${readUnits} read units`);
    assert.equal(parsed.dynamodb.writeUnits + parsed.dynamodb.readUnits, 0, 'the parser has no table');

    const sent = sumOf(fetched.sqs) + sumOf(parsed.sqs);
    const received = 2 * Math.max(batches, MESSAGES / SQS_BATCH);
    const queued = (sent + received) / MESSAGES;
    assert.ok(queued < 0.3, `${queued} calls of SQS a message`);
  });

  await t.test('a poll with nothing new is one read, and nothing else', async () => {
    await settle(importer);
    await importer.poll();
    const { puts, otherS3, dynamodb, sqs } = importer.take();
    assert.deepEqual(dynamodb.requests, { GetItem: 1 });
    assert.equal(dynamodb.readUnits, 1);
    assert.equal(dynamodb.writeUnits, 0);
    assert.deepEqual([puts, otherS3, sqs], [[], 0, {}]);
  });

  await t.test('a poll with one new message does not pay for those that are known', async () => {
    importer.maildrop.push(...maildropOf([plainMail(MESSAGES)]).map((added) => ({ ...added, uidl: 'new' })));
    await importer.poll();
    const { puts, otherS3, dynamodb } = importer.take();
    t.diagnostic(`one new message among ${MESSAGES}: ${JSON.stringify(dynamodb)}`);
    assert.equal(puts.filter((key) => key.startsWith('raw/')).length, 1);
    assert.ok(puts.length + otherS3 <= 3, `${puts.length + otherS3} requests of S3`);
    assert.ok(dynamodb.writeUnits <= 1 + WRITES_OF_RUN, `${dynamodb.writeUnits} write units`);
    assert.ok(dynamodb.readUnits <= READS_OF_RUN, `${dynamodb.readUnits} read units`);
  });
});

/** The first look after an import writes down that the listing is settled. */
async function settle(importer: CountedImporter): Promise<void> {
  await importer.poll();
  assert.ok(POLL_MESSAGES < MESSAGES);
  importer.take();
}

function countOf({ puts }: Requests, what: RegExp): number {
  return new Set(puts.filter((key) => what.test(key))).size;
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function told({ puts, otherS3, dynamodb, sqs }: Requests): object {
  return { puts: puts.length, otherS3, dynamodb, sqs };
}
