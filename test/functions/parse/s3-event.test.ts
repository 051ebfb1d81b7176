// What S3 writes is read exactly, and anything else is said to be something else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseS3Event } from '../../../functions/parse/s3-event.ts';
import { noticeOf, RAW_BUCKET, s3Record } from './parse-rig.ts';

function withRecord(record: unknown): string {
  return JSON.stringify({ Records: [record] });
}

test('created objects come out by bucket and key, whatever is in the key', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { minLength: 1 }), (keys) => {
      assert.deepEqual(parseS3Event(noticeOf('m', ...keys).body), {
        kind: 'created',
        objects: keys.map((key) => ({ bucket: RAW_BUCKET, key })),
      });
    }),
  );
});

test('a plus is a space and a percent sign starts an octet, as in a form', () => {
  const record = s3Record('x');
  const s3 = record['s3'] as { object: { key: string } };
  s3.object.key = 'raw/a%2Bb+c%25/%C3%A9%3D1';
  assert.deepEqual(parseS3Event(withRecord(record)), {
    kind: 'created',
    objects: [{ bucket: RAW_BUCKET, key: 'raw/a+b c%/é=1' }],
  });
});

test('every way of creating an object counts, and a later format that only adds', () => {
  for (const eventName of [
    'ObjectCreated:Put',
    'ObjectCreated:Copy',
    'ObjectCreated:CompleteMultipartUpload',
  ])
    assert.equal(parseS3Event(withRecord(s3Record('x', { eventName }))).kind, 'created');
  assert.equal(parseS3Event(withRecord(s3Record('x', { eventVersion: '2.5', more: {} }))).kind, 'created');
});

test("S3's own trial is told from a notification", () => {
  const body = {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: '2026-11-23T10:00:00Z',
    Bucket: RAW_BUCKET,
  };
  assert.deepEqual(parseS3Event(JSON.stringify(body)), { kind: 'test' });
});

test('what is not understood is unreadable, one record of several is enough, and none of it is repeated', () => {
  const good = s3Record('x');
  const s3 = good['s3'] as Record<string, unknown>;
  const bodies = [
    '',
    'ann@example.com',
    'null',
    '[]',
    '"s3:TestEvent"',
    '{}',
    '{"Records":null}',
    '{"Records":[]}',
    '{"Event":"s3:testevent ann@example.com"}',
    ...[
      null,
      'ann@example.com',
      { ...good, eventSource: 'aws:sqs' },
      { ...good, eventVersion: '3.0' },
      { ...good, eventVersion: undefined },
      { ...good, eventName: 'ObjectRemoved:Delete' },
      { ...good, eventName: undefined },
      { ...good, s3: undefined },
      { ...good, s3: { ...s3, bucket: undefined } },
      { ...good, s3: { ...s3, bucket: { name: 7 } } },
      { ...good, s3: { ...s3, object: undefined } },
      { ...good, s3: { ...s3, object: { key: '' } } },
      { ...good, s3: { ...s3, object: { key: 7 } } },
      { ...good, s3: { ...s3, object: { key: '%' } } },
      { ...good, s3: { ...s3, object: { key: '%FF' } } },
      { ...good, s3: { ...s3, object: { key: 'ann@example.com%' } } },
    ].flatMap((record) => [withRecord(record), JSON.stringify({ Records: [good, record] })]),
  ];
  for (const body of bodies) {
    const notice = parseS3Event(body);
    assert.equal(notice.kind, 'unreadable', body);
    assert.ok(!JSON.stringify(notice).includes('ann@'), body);
  }
});
