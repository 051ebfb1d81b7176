// Messages that are broken, hostile or interrupted: there is always a document or a named error, and the same one every time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sha256 } from '../../lib/core/record.ts';
import { MAX_MIME_PARTS } from '../../lib/parse/limits.ts';
import { parseMessage } from '../../lib/parse/parse-message.ts';
import { collect, inPieces, sha256Of } from '../support/memory-blob-store.ts';
import { HTML, ingestOf, multipart, parsed, TEXT, TOP } from './parsed.ts';

void test('an empty message has an empty document that says so', async () => {
  const { document } = await parsed([]);
  assert.deepEqual(document.headers, []);
  assert.equal(document.html, null);
  assert.equal(document.preview, '');
  assert.deepEqual(document.problems, ['message-empty', 'date-missing', 'from-missing']);
});

const BROKEN: readonly (readonly [
  behaviour: string,
  lines: readonly string[],
  problems: readonly string[],
])[] = [
  ['a multipart without a boundary', ['Content-Type: multipart/mixed', '', 'x'], ['boundary-missing']],
  [
    'a multipart whose boundary never comes',
    ['Content-Type: multipart/mixed; boundary=b', '', 'x'],
    ['multipart-empty'],
  ],
  ['an unknown transfer encoding', ['Content-Transfer-Encoding: x-none', '', 'x'], ['encoding-unknown']],
  ['an unknown charset', ['Content-Type: text/plain; charset=x-none', '', 'x'], ['charset-unknown']],
  ['an empty line at once', ['', 'x'], []],
  ['no body at all', [], []],
  [
    'broken base64',
    ['Content-Type: a/b', 'Content-Transfer-Encoding: base64', '', 'AA=A*?=='],
    ['base64-after-end'],
  ],
  [
    'a part that is never closed',
    ['Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'x'],
    ['multipart-unclosed'],
  ],
  [
    'a header block that never ends',
    ['Content-Type: multipart/mixed; boundary=b', '', '--b', 'X: y'],
    ['multipart-unclosed'],
  ],
  [
    'uuencode without an end',
    ['Content-Type: a/b', 'Content-Transfer-Encoding: x-uuencode', '', 'begin 644 a', '!80``'],
    ['uuencode-broken'],
  ],
  [
    'base64 that goes on behind its padding',
    ['Content-Transfer-Encoding: base64', '', 'YQ==', 'YQ=='],
    ['base64-after-end'],
  ],
  [
    'a text that is not of its charset',
    ['Content-Type: text/plain; charset=euc-jp', '', 'Grüße'],
    ['charset-wrong'],
  ],
  [
    'a part behind the end of its multipart',
    [...multipart('mixed', [TEXT]), '--b', '', 'hidden'],
    ['part-after-end'],
  ],
];

for (const [what, lines, problems] of BROKEN) {
  void test(`${what} still gives a document: ${problems.join(', ') || 'without a problem'}`, async () => {
    const { document } = await parsed([...TOP, ...lines]);
    assert.deepEqual(document.problems, problems);
    assert.equal(document.from[0]?.email, 'a@example.com');
  });
}

void test('NULs and octets of no charset go through, and the JSON stays well-formed', async () => {
  const raw = Buffer.from(`${TOP.join('\r\n')}\r\nSubject: a\0b\r\n\r\n\0\xff\xfe\r\nx`, 'latin1');
  const { document } = await parsed(raw);
  assert.equal(document.subject, 'a\0b');
  assert.ok(document.text?.includes('\0'));
  assert.ok(JSON.stringify(document).isWellFormed());
});

void test('the same octets give the same JSON to the octet, however they are cut', async () => {
  const lines = [...TOP, ...multipart('mixed', [TEXT, HTML, ['Content-Type: a/b', '', 'x'.repeat(1000)]])];
  const first = JSON.stringify((await parsed(lines)).document);
  for (const pieceOctets of [1, 7, 100, 1_000_000]) {
    assert.equal(JSON.stringify((await parsed(lines, pieceOctets)).document), first);
  }
  const { document } = await parsed(lines);
  assert.equal(Object.keys(document).join(' '), ORDER);
});

const ORDER =
  'schemaVersion messageId inReplyTo references from to cc bcc replyTo sender subject sentAt receivedAt preview text html attachments embedded parts headers ingest problems';

void test('the ingest facts come back with the name of the parser', async () => {
  const { document } = await parsed(TOP);
  const { parser, ...facts } = document.ingest;
  assert.deepEqual(facts, ingestOf(Buffer.from(TOP.join('\r\n'))));
  assert.match(`${parser.name} ${parser.version}`, /^mailferry \d+\+mailparser\.\d+\.\d+\.\d+$/);
});

void test('of too many parts the last is the rest as an attachment; of too large a header what is left is read', async () => {
  const rest = `--b\r\n`.repeat(16_001);
  const parts = Buffer.from(
    `${TOP.join('\r\n')}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n'.repeat(MAX_MIME_PARTS)}${rest}`,
  );
  const { document, contents } = await parsed(parts);
  assert.deepEqual(document.problems, ['parts-too-many']);
  assert.deepEqual([document.parts.length, document.attachments.length], [MAX_MIME_PARTS, 1]);
  assert.deepEqual(contents.map(String), [rest]);
  const header = Buffer.from(
    `${TOP.join('\r\n')}\r\nX: ${'a'.repeat(3_000_000)}\r\nSubject: Hello\r\n\r\ntext`,
  );
  const large = await parsed(header);
  assert.deepEqual(large.document.problems, ['header-too-large']);
  assert.equal(large.document.subject, 'Hello');
  assert.equal(large.document.text, 'text');
});

const ATTACHMENT = 'Content-Type: a/b\r\n\r\n';
const READ_ALL = async (
  content: AsyncIterable<Uint8Array>,
): Promise<{ sha256: Sha256; sizeOctets: number }> => {
  const octets = await collect(content);
  return { sha256: sha256Of(octets), sizeOctets: octets.length };
};

void test(
  'an error of the source is thrown on, before, within and at the end of an attachment',
  { timeout: 10_000 },
  async () => {
    for (const pauseMs of [0, 50]) {
      for (const lengthOctets of [0, 10, 200_000]) {
        const failure = new Error('the disk went away');
        const source = async function* (): AsyncGenerator<Uint8Array> {
          yield Buffer.from(`${TOP.join('\r\n')}\r\n${ATTACHMENT}`);
          yield Buffer.alloc(lengthOctets, 'x\r\n');
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
          throw failure;
        };
        await assert.rejects(parseMessage(source(), ingestOf(Buffer.alloc(0)), READ_ALL), failure);
      }
    }
  },
);

void test('a part whose header is too large is still read, and so is what follows it', async () => {
  const { document, contents } = await parsed([
    ...TOP,
    ...multipart('mixed', [
      [`X: ${'a'.repeat(3_000_000)}`, 'Content-Type: a/b', '', 'one'],
      ['Content-Type: a/b', '', 'two'],
    ]),
  ]);
  assert.deepEqual(document.problems, ['header-too-large']);
  assert.deepEqual(contents.map(String), ['one', 'two']);
});

void test('an error of the sink is thrown on, and the source is closed', async () => {
  const failure = new Error('the archive is full');
  let isClosed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield Buffer.from(`${TOP.join('\r\n')}\r\nContent-Type: a/b\r\n\r\n`);
      for (;;) yield Buffer.alloc(65_536, 'x\r\n');
    } finally {
      isClosed = true;
    }
  }
  const sink = async (): Promise<never> => {
    throw failure;
  };
  await assert.rejects(parseMessage(source(), ingestOf(Buffer.alloc(0)), sink), failure);
  assert.ok(isClosed);
});

void test('a slow sink holds the source back', async () => {
  let readOctets = 0;
  let takenOctets = 0;
  let maxAheadOctets = 0;
  async function* source(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('Content-Type: a/b\r\n\r\n');
    for await (const piece of inPieces(Buffer.alloc(20_000_000, `${'x'.repeat(76)}\r\n`))) {
      readOctets += piece.length;
      maxAheadOctets = Math.max(maxAheadOctets, readOctets - takenOctets);
      yield piece;
    }
  }
  await parseMessage(source(), ingestOf(Buffer.alloc(0)), async (content) => {
    for await (const octets of content) {
      takenOctets += octets.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { sha256: sha256Of(Buffer.alloc(0)), sizeOctets: takenOctets };
  });
  assert.equal(takenOctets, 20_000_000);
  assert.ok(maxAheadOctets < 2_000_000, `${maxAheadOctets} octets were read ahead`);
});
