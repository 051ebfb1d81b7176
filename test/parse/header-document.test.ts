// What is left to say of a message whose parsing failed: its header, as far as it is known, and no half of anything.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerDocument } from '../../lib/parse/header-document.ts';
import type { MessageDocument } from '../../lib/core/message/document.ts';
import { messageSchema } from '../../lib/schema/message-schema.ts';
import { ingestOf, parsed, TOP } from './parsed.ts';

const MESSAGE = Buffer.from(
  [
    ...TOP,
    'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
    'Received: by a; Tue, 2 Jan 2024 00:00:00 +0000',
    '',
    'x\r\n',
  ].join('\r\n'),
);

/** Of the first octets of a message. */
function documentOf(message: Buffer, headOctets = message.length): MessageDocument {
  const document = headerDocument(message.subarray(0, headOctets), ingestOf(message), 'worker-stalled');
  messageSchema.parse(JSON.parse(JSON.stringify(document)));
  return document;
}

void test('it says what the document of the whole message would, without bodies and attachments', async () => {
  const { document: whole } = await parsed(MESSAGE);
  assert.deepEqual(documentOf(MESSAGE), {
    ...whole,
    preview: '',
    text: null,
    attachments: [],
    parts: [],
    problems: ['parse-failed', 'worker-stalled'],
  });
});

void test('wherever the head is cut, each field is there whole or not at all', () => {
  const whole = documentOf(MESSAGE).headers;
  for (let octets = 1; octets < MESSAGE.length; octets += 1) {
    const { headers, problems } = documentOf(MESSAGE, octets);
    assert.deepEqual(headers, whole.slice(0, headers.length));
    if (headers.length < whole.length) assert.ok(problems.includes('header-too-large'), `${octets}`);
  }
});

void test('a field whose continuation was cut off is left out with its first line', () => {
  const message = Buffer.from('Subject: one\r\nTo: a@example.com,\r\n b@example.com\r\n\r\nx');
  const cut = message.indexOf(' b@');
  assert.deepEqual(
    [cut, cut + 3].map((octets) => documentOf(message, octets).headers.map(({ name }) => name)),
    [['Subject'], ['Subject']],
  );
});

void test('an mbox line, a malformed one and a message without a body are as they are for the whole parser', () => {
  const { headers, problems } = documentOf(Buffer.from('From a Mon\r\nSubject: x\r\nrubbish'));
  assert.deepEqual(headers, [{ name: 'Subject', value: 'x' }]);
  assert.deepEqual(problems, [
    'parse-failed',
    'worker-stalled',
    'mbox-line',
    'header-malformed',
    'date-missing',
    'from-missing',
  ]);
});
