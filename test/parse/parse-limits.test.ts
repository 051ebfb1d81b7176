// What a message may cost: what goes beyond a limit is named in its document, which has the rest.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NestedMessageDocument } from '../../lib/core/message/document.ts';
import { MAX_BODY_OCTETS, MAX_MESSAGE_DEPTH, MAX_NESTED_PARTS } from '../../lib/parse/limits.ts';
import { LONG } from '../fuzz/server-octets.ts';
import { multipart, parsed, TOP } from './parsed.ts';

void test('messages in messages are described to a depth, and what is deeper is named and kept whole', async () => {
  const nested = ['Content-Type: message/rfc822', ''];
  const { document, contents } = await parsed([
    ...TOP,
    ...Array.from({ length: MAX_MESSAGE_DEPTH + 2 }, () => nested).flat(),
    'Subject: deepest',
    '',
    'x',
  ]);
  let message: NestedMessageDocument | null | undefined = document.attachments[0]?.message;
  let depth = 0;
  let last = message;
  for (; message !== null && message !== undefined; message = message.parts[0]?.message) {
    depth += 1;
    last = message;
  }
  assert.equal(depth, MAX_MESSAGE_DEPTH);
  assert.ok(last?.problems.includes('nesting-too-deep'));
  assert.ok(String(contents[0]).endsWith('Subject: deepest\r\n\r\nx'));
});

void test('a limit that a nested message goes beyond ends its description only', async () => {
  const parts = 'Content-Type: multipart/mixed; boundary=n\r\n\r\n' + '--n\r\n\r\nx\r\n'.repeat(5000);
  const { document, contents } = await parsed([
    ...TOP,
    'Subject: outer',
    'Content-Type: message/rfc822',
    '',
    parts,
  ]);
  assert.equal(document.subject, 'outer');
  assert.ok(document.attachments[0]?.message?.problems.includes('parts-too-many'));
  assert.equal(String(contents[0]), parts);
});

void test('a body that is too large is cut and named, and where it is whole is told', async () => {
  const raw = Buffer.concat([
    Buffer.from(`${TOP.join('\r\n')}\r\n\r\n`),
    Buffer.alloc(MAX_BODY_OCTETS + 5, 'x'),
  ]);
  const { document } = await parsed(raw, 65_536);
  assert.equal(document.text?.length, MAX_BODY_OCTETS);
  assert.deepEqual(document.problems, ['body-too-large']);
  const [part] = document.parts;
  assert.ok(part !== undefined);
  assert.equal(part.end - part.start, MAX_BODY_OCTETS + 5);
});

void test('a body that is cut within a character is not taken for one of another charset', async () => {
  const raw = Buffer.concat([
    Buffer.from(`${TOP.join('\r\n')}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nx`),
    Buffer.alloc(MAX_BODY_OCTETS + 5, 'ü'),
  ]);
  const { document } = await parsed(raw, 65_536);
  assert.deepEqual(document.problems, ['body-too-large']);
  assert.equal(document.text?.at(-1), 'ü');
});

void test('messages in a message have their parts together counted, and the bodies of none are kept', async () => {
  const inner = multipart(
    'mixed',
    Array.from({ length: 30 }, () => ['', 'x'.repeat(10_000)]),
    'inner',
  );
  const nested = ['Content-Type: message/rfc822', '', 'From: n@example.com', ...inner];
  const { document } = await parsed([
    ...TOP,
    ...multipart(
      'mixed',
      Array.from({ length: 200 }, () => nested),
    ),
  ]);
  const described = document.attachments.flatMap(({ message }) => message?.parts ?? []);
  assert.deepEqual(document.problems, []);
  assert.equal(document.attachments.length, 200);
  assert.ok(described.length >= MAX_NESTED_PARTS && described.length <= MAX_NESTED_PARTS + 200);
  assert.ok(document.attachments.at(-1)?.message?.problems.includes('parts-too-many'));
  assert.ok(!document.attachments[0]?.message?.problems.includes('body-too-large'));
});

// One word again and again: what is quadratic takes minutes then. A slice of it, all with MAILFERRY_LONG=1.
const FIELD_OCTETS = LONG ? 1_000_000 : 100_000;
const REPEATED = [
  'a@b,',
  'n,',
  '"',
  '(',
  '<',
  '<a@b>',
  'a:b@c;',
  '=?utf-8?q?a?= ',
  '=?',
  'a="',
  'a*0*=b;',
  '\\',
  ';',
  '>',
];
const FIELDS = [
  'To',
  'Subject',
  'References',
  'Received',
  'Content-Disposition',
  'Content-Transfer-Encoding',
];

for (const field of FIELDS) {
  void test(
    `a field ${field} as long as fields may be is read in linear time`,
    { timeout: 60_000 },
    async () => {
      for (const word of REPEATED) {
        const value = word.repeat(FIELD_OCTETS / word.length);
        const before = process.cpuUsage();
        const { document } = await parsed(
          Buffer.from(`From: a@example.com\r\n${field}: x; ${value}\r\n\r\nx`),
          65_536,
        );
        const { user, system } = process.cpuUsage(before);
        assert.equal(document.text, 'x');
        assert.ok((user + system) / 1000 < 4000, `${JSON.stringify(word)} takes too long`);
      }
    },
  );
}

void test('a hundred thousand different names without an address are read in linear time', async () => {
  const names = Array.from({ length: 100_000 }, (_, index) => `n${index}`).join(', ');
  const before = process.cpuUsage();
  const { document } = await parsed([...TOP, `To: ${names}`, '', 'x']);
  const { user, system } = process.cpuUsage(before);
  assert.equal(document.to.length, 100_000);
  assert.ok((user + system) / 1000 < 4000);
});
