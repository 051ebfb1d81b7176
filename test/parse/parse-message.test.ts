// Bodies and attachments of a message: each where it belongs, decoded, described, nothing converted.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Of } from '../support/memory-blob-store.ts';
import { HTML, multipart, parsed, TEXT, TOP } from './parsed.ts';

void test('a plain message has text, no html, a preview, and no problems', async () => {
  const { document } = await parsed([...TOP, 'Content-Type: text/plain', '', 'Hello', 'World', '']);
  assert.equal(document.text, 'Hello\nWorld\n');
  assert.equal(document.html, null);
  assert.equal(document.preview, 'Hello World');
  assert.deepEqual(document.attachments, []);
  assert.deepEqual(document.problems, []);
  assert.equal(document.schemaVersion, 1);
});

void test('alternatives give text and html, each as it is: nothing converted, linked or joined', async () => {
  const { document } = await parsed([...TOP, ...multipart('alternative', [TEXT, HTML])]);
  assert.equal(document.text, 'Grüße');
  assert.equal(document.html, '<p>Grüße</p>');
  assert.deepEqual(document.problems, []);
});

void test('an html message has no text, and previews from its html', async () => {
  const { document } = await parsed([
    ...TOP,
    'Content-Type: text/html',
    '',
    '<p>www.example.com <img src="cid:x"></p>',
  ]);
  assert.equal(document.text, null);
  assert.equal(document.html, '<p>www.example.com <img src="cid:x"></p>');
  assert.equal(document.preview, 'www.example.com');
});

void test('several bodies of a kind are joined in order', async () => {
  const { document } = await parsed([...TOP, ...multipart('mixed', [TEXT, HTML, TEXT, HTML])]);
  assert.equal(document.text, 'Grüße\nGrüße');
  assert.equal(document.html, '<p>Grüße</p>\n<p>Grüße</p>');
});

void test('bodies are decoded from their transfer encoding and charset', async () => {
  const { document } = await parsed([
    ...TOP,
    ...multipart('mixed', [
      [
        'Content-Type: text/plain; charset=iso-8859-1',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'Gr=FC=DFe=',
        ' x',
      ],
      ['Content-Type: text/plain; charset=Shift_JIS', 'Content-Transfer-Encoding: base64', '', 'g2WDWINn'],
      ['Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes', '', 'one ', 'two'],
    ]),
  ]);
  assert.equal(document.text, 'Grüße x\nテスト\nonetwo');
});

void test('an attachment streams through the sink and is described, its name only data', async () => {
  const octets = Buffer.from([0, 1, 2, 253, 254, 255]);
  const { document, contents } = await parsed([
    ...TOP,
    ...multipart('mixed', [
      TEXT,
      [
        'Content-Type: application/octet-stream; name="=?utf-8?q?=2E=2E/r=C3=A9sum=C3=A9=2Epdf?="',
        'Content-Disposition: attachment',
        'Content-Transfer-Encoding: base64',
        '',
        octets.toString('base64'),
      ],
    ]),
  ]);
  assert.deepEqual(contents, [octets]);
  assert.deepEqual(document.attachments, [
    {
      partId: '2',
      name: '../résumé.pdf',
      type: 'application/octet-stream',
      charset: null,
      disposition: 'attachment',
      cid: null,
      size: 6,
      sha256: sha256Of(octets),
      key: `attachments/account=billing/${sha256Of(octets)}`,
      isInline: false,
      kind: null,
      message: null,
    },
  ]);
  assert.equal(document.text, 'Grüße');
});

void test('a text part marked as attachment is one, with its charset and its octets as they are', async () => {
  const { document, contents } = await parsed([
    ...TOP,
    ...multipart('mixed', [
      TEXT,
      [
        'Content-Type: text/csv; charset=iso-8859-1',
        'Content-Disposition: attachment; filename=a.csv',
        '',
        'a;b',
      ],
      ['Content-Type: text/plain; charset=x', 'Content-Disposition: attachment', '', 'note'],
    ]),
  ]);
  assert.deepEqual(
    document.attachments.map(({ name, type, charset }) => ({ name, type, charset })),
    [
      { name: 'a.csv', type: 'text/csv', charset: 'iso-8859-1' },
      { name: null, type: 'text/plain', charset: 'x' },
    ],
  );
  assert.deepEqual(contents.map(String), ['a;b', 'note']);
  assert.equal(document.text, 'Grüße');
});

void test('an image of the html is inline: by disposition, or by its id within a related part', async () => {
  const image = (...headers: string[]): string[] => ['Content-Type: image/png', ...headers, '', 'x'];
  const { document } = await parsed([
    ...TOP,
    ...multipart('related', [
      HTML,
      image('Content-ID: <one@example.com>'),
      image('Content-Disposition: INLINE; filename=a.png'),
      image(),
    ]),
  ]);
  assert.deepEqual(
    document.attachments.map(({ cid, disposition, isInline }) => ({ cid, disposition, isInline })),
    [
      { cid: 'one@example.com', disposition: null, isInline: true },
      { cid: null, disposition: 'inline', isInline: true },
      { cid: null, disposition: null, isInline: false },
    ],
  );
});

void test('a nested message is an attachment whole, whatever its disposition, and adds nothing to the bodies', async () => {
  const nested = ['From: n@example.com', 'Subject: nested', '', 'nested body'].join('\r\n');
  for (const disposition of ['inline', 'attachment']) {
    const { document, contents } = await parsed([
      ...TOP,
      ...multipart('mixed', [
        TEXT,
        ['Content-Type: message/rfc822', `Content-Disposition: ${disposition}`, '', nested],
      ]),
    ]);
    assert.deepEqual(contents.map(String), [nested]);
    assert.equal(document.attachments[0]?.type, 'message/rfc822');
    assert.equal(document.text, 'Grüße');
    assert.equal(document.subject, null);
  }
});

void test('the parts of a delivery report are attachments', async () => {
  const { document } = await parsed([
    ...TOP,
    ...multipart('report', [TEXT, ['Content-Type: message/delivery-status', '', 'Action: failed']]),
  ]);
  assert.deepEqual(
    document.attachments.map(({ partId, type }) => ({ partId, type })),
    [{ partId: '2', type: 'message/delivery-status' }],
  );
});

void test('a message that is one attachment has no part number', async () => {
  const { document, contents } = await parsed([...TOP, 'Content-Type: application/pdf', '', '%PDF']);
  assert.equal(document.attachments[0]?.partId, null);
  assert.deepEqual(contents.map(String), ['%PDF']);
  assert.equal(document.text, null);
});

void test('parts in parts are numbered like those of IMAP, and stored in order', async () => {
  const leaf = (body: string): string[] => ['Content-Type: a/b', '', body];
  const { document, contents } = await parsed([
    ...TOP,
    ...multipart('mixed', [TEXT, multipart('mixed', [leaf('one'), leaf('two')], 'inner'), leaf('three')]),
  ]);
  assert.deepEqual(
    document.attachments.map(({ partId }) => partId),
    ['2.1', '2.2', '3'],
  );
  assert.deepEqual(contents.map(String), ['one', 'two', 'three']);
});

void test('an empty attachment is one', async () => {
  const { document } = await parsed([...TOP, ...multipart('mixed', [['Content-Type: a/b', '', '']])]);
  assert.equal(document.attachments[0]?.size, 0);
});

void test('a type without a value is application/octet-stream', async () => {
  const { document } = await parsed([
    ...TOP,
    ...multipart('mixed', [['Content-Type: ; name="x.jpg"', '', 'x']]),
  ]);
  assert.equal(document.attachments[0]?.type, 'application/octet-stream');
  assert.equal(document.attachments[0]?.name, 'x.jpg');
});
