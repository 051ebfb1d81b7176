// What a document says of a message's headers: addresses, dates, ids, and every header as it stands.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsed } from './parsed.ts';

const END = ['', 'body'];
const FROM = 'From: a@example.com';
const DATE = 'Date: Mon, 1 Jan 2024 12:00:00 +0100';

void test('headers stay in order with their spelling, repeated ones too, unfolded and decoded', async () => {
  const { document } = await parsed([
    'Received: one',
    'X-MiXeD: a\r\n\tb  c',
    'Received: two',
    'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?q?_x?=',
    FROM,
    DATE,
    'X-Empty:',
    ...END,
  ]);
  assert.deepEqual(document.headers, [
    { name: 'Received', value: 'one' },
    { name: 'X-MiXeD', value: 'a\tb  c' },
    { name: 'Received', value: 'two' },
    { name: 'Subject', value: 'Grüße x' },
    { name: 'From', value: 'a@example.com' },
    { name: 'Date', value: 'Mon, 1 Jan 2024 12:00:00 +0100' },
    { name: 'X-Empty', value: '' },
  ]);
  assert.equal(document.subject, 'Grüße x');
  assert.deepEqual(document.problems, []);
});

void test('headers in raw UTF-8 are read, octet A0 at the end of a character included', async () => {
  const { document } = await parsed([`Subject: Voilà`, 'From: "Jürgen Ä" <j@example.com>', DATE, ...END]);
  assert.equal(document.subject, 'Voilà');
  assert.deepEqual(document.from, [{ name: 'Jürgen Ä', email: 'j@example.com' }]);
  assert.deepEqual(document.problems, []);
});

void test('headers in another charset than UTF-8 are guessed, and the guess is named', async () => {
  const raw = Buffer.from(`Subject: Gr\xfc\xdfe\r\n${FROM}\r\n${DATE}\r\n\r\n`, 'latin1');
  const { document } = await parsed(raw);
  assert.equal(document.subject, 'Grüße');
  assert.deepEqual(document.problems, ['header-charset-guessed']);
});

void test('addresses are flat: groups dissolve, names are decoded, a missing name is null', async () => {
  const { document } = await parsed([
    'From: =?iso-8859-1?q?J=FCrg?= <j@example.com>',
    'To: Team: a@example.com, "B, C" <b@example.com>;, d@example.com (comment)',
    'Cc: undisclosed-recipients:;',
    'Bcc: x@xn--bcher-kva.example',
    'Sender: s@example.com',
    'Reply-To: r@example.com, q@example.com',
    DATE,
    ...END,
  ]);
  assert.deepEqual(document.from, [{ name: 'Jürg', email: 'j@example.com' }]);
  assert.deepEqual(document.to, [
    { name: null, email: 'a@example.com' },
    { name: 'B, C', email: 'b@example.com' },
    { name: 'comment', email: 'd@example.com' },
  ]);
  assert.deepEqual(document.cc, []);
  assert.deepEqual(document.bcc, [{ name: null, email: 'x@xn--bcher-kva.example' }]);
  assert.deepEqual(document.sender, [{ name: null, email: 's@example.com' }]);
  assert.equal(document.replyTo.length, 2);
  assert.deepEqual(document.problems, []);
});

void test('a bare name is an address, a name before <> is not, and both are named', async () => {
  const { document } = await parsed([
    'From: root (Cron Daemon)',
    'To: MAILER-DAEMON <>',
    'Cc: John Doe',
    DATE,
    ...END,
  ]);
  assert.deepEqual(document.from, [{ name: null, email: 'root' }]);
  assert.deepEqual(document.to, [{ name: 'MAILER-DAEMON', email: '' }]);
  assert.deepEqual(document.cc, [{ name: 'John Doe', email: '' }]);
  assert.deepEqual(document.problems, ['address-without-domain', 'address-without-mailbox']);
});

void test('an encoded word never becomes an address', async () => {
  const { document } = await parsed([
    'From: =?utf-8?q?=22x=22_=3Cceo=40bank=2Eexample=3E?= <evil@example.com>',
    'To: =?utf-8?q?victim=40example=2Ecom?=',
    DATE,
    ...END,
  ]);
  assert.deepEqual(document.from, [{ name: '"x" <ceo@bank.example>', email: 'evil@example.com' }]);
  assert.deepEqual(document.to, [{ name: 'victim@example.com', email: '' }]);
});

void test('the addresses of several From headers are all there, and recipients of several headers too', async () => {
  const { document } = await parsed([
    FROM,
    'From: b@example.com',
    'To: c@example.com',
    'To: d@example.com',
    DATE,
    ...END,
  ]);
  assert.deepEqual(
    document.from.map(({ email }) => email),
    ['a@example.com', 'b@example.com'],
  );
  assert.deepEqual(
    document.to.map(({ email }) => email),
    ['c@example.com', 'd@example.com'],
  );
  assert.deepEqual(document.problems, ['header-repeated', 'from-repeated']);
});

void test('ids lose their angle brackets', async () => {
  const { document } = await parsed([
    FROM,
    DATE,
    'Message-ID: <one@example.com>',
    'In-Reply-To: <two@example.com>',
    'References: <three@example.com>\r\n <two@example.com>',
    ...END,
  ]);
  assert.deepEqual(document.messageId, ['one@example.com']);
  assert.deepEqual(document.inReplyTo, ['two@example.com']);
  assert.deepEqual(document.references, ['three@example.com', 'two@example.com']);
});

void test('dates are given in UTC: the Date header, and the topmost Received', async () => {
  const { document } = await parsed([
    'Received: a; Mon, 1 Jan 2024 11:00:05 GMT',
    'Received: b; Sun, 31 Dec 2023 11:00:00 GMT',
    DATE,
    FROM,
    ...END,
  ]);
  assert.equal(document.sentAt, '2024-01-01T11:00:00.000Z');
  assert.equal(document.receivedAt, '2024-01-01T11:00:05.000Z');
});

void test('a Date that is no date is null and named, never the current time', async () => {
  const { document } = await parsed([FROM, 'Date: Thu, 30 Feb 2024 00:00:00 +0000', ...END]);
  assert.equal(document.sentAt, null);
  assert.equal(document.receivedAt, null);
  assert.deepEqual(document.problems, ['date-unparsable']);
});

void test('what is not there is null, empty and named', async () => {
  const { document } = await parsed(['Subject: x', ...END]);
  assert.equal(document.sentAt, null);
  assert.deepEqual(document.from, []);
  assert.deepEqual(document.problems, ['date-missing', 'from-missing']);
});

void test('a line that is no header is left out and named, an mbox separator too', async () => {
  const { document } = await parsed([
    'From a@b Mon Jan  1 00:00:00 2024',
    FROM,
    DATE,
    'no header',
    'bad name: x',
    ...END,
  ]);
  assert.deepEqual(
    document.headers.map(({ name }) => name),
    ['From', 'Date'],
  );
  assert.deepEqual(document.problems, ['mbox-line', 'header-malformed']);
});

void test('names that objects inherit are headers like any other', async () => {
  const { document } = await parsed([
    FROM,
    DATE,
    '__proto__: x',
    'constructor: y',
    'List-Constructor: z',
    ...END,
  ]);
  assert.deepEqual(document.headers.slice(2), [
    { name: '__proto__', value: 'x' },
    { name: 'constructor', value: 'y' },
    { name: 'List-Constructor', value: 'z' },
  ]);
});
