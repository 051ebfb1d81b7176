// What a row says of a message is what its document says, as far as there is room, and always the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readCatalogFacts } from '../../../lib/core/catalog/read-facts.ts';
import { toCatalogRow } from '../../../lib/core/catalog/catalog-row.ts';
import type { MessageDocument } from '../../../lib/core/message/document.ts';
import { failedDocument } from '../../../lib/parse/failed-document.ts';
import { catalogRowSchema } from '../../../lib/schema/catalog-schema.ts';
import { GOLDEN_MESSAGES } from '../../parse/golden-messages.ts';
import { HTML, ingestOf, multipart, parsed, TEXT, TOP } from '../../parse/parsed.ts';
import { factsOf } from './row-of.ts';

/** As it comes out of JSON on the other side. */
function read(document: MessageDocument): ReturnType<typeof readCatalogFacts> {
  return readCatalogFacts(JSON.parse(JSON.stringify(factsOf(document))));
}

test('a message with everything has it in its row', async () => {
  const pdf = ['Content-Type: application/pdf; name="a/b.pdf"', '', '%PDF'];
  const { document } = await parsed([
    'Received: from a by b; Tue, 2 Jan 2024 13:00:00 +0100',
    ...TOP,
    'To: Ann <ann@example.com>, bob@example.com',
    'Cc: c@example.com',
    'Bcc: d@example.com',
    'Reply-To: e@example.com',
    'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
    'Message-ID: <id@example.com>',
    'In-Reply-To: <one@example.com>',
    'References: <zero@example.com> <one@example.com>',
    ...multipart('mixed', [TEXT, HTML, pdf]),
  ]);
  const [attachment = assert.fail('no attachment')] = document.attachments;
  assert.deepEqual(factsOf(document), {
    message_id: 'id@example.com',
    edrm_mih: '1716CD6FA9726E2B869EC5AF5DCB2134',
    in_reply_to: 'one@example.com',
    reference_ids: ['zero@example.com', 'one@example.com'],
    from_addresses: [{ name: null, email: 'a@example.com' }],
    to_addresses: [
      { name: 'Ann', email: 'ann@example.com' },
      { name: null, email: 'bob@example.com' },
    ],
    cc_addresses: [{ name: null, email: 'c@example.com' }],
    bcc_addresses: [{ name: null, email: 'd@example.com' }],
    reply_to_addresses: [{ name: null, email: 'e@example.com' }],
    subject: 'Grüße',
    sent_at: '2024-01-01T12:00:00.000Z',
    received_at: '2024-01-02T12:00:00.000Z',
    attachment_count: 1,
    attachment_size: 4,
    attachments: [
      { name: 'a/b.pdf', type: 'application/pdf', size: 4, sha256: attachment.sha256, is_inline: false },
    ],
    preview: 'Grüße',
    problems: document.problems,
    is_cut: false,
  });
});

test('the facts of every golden message are believed by who reads them, and their rows are valid', async () => {
  for (const [name, message] of Object.entries(GOLDEN_MESSAGES)) {
    const { document } = await parsed(message);
    const facts = factsOf(document);
    assert.deepEqual(read(document), facts, name);
    catalogRowSchema.parse(toCatalogRow(document.ingest, document.ingest.parser.version, facts));
  }
});

const anyDocument = fc
  .record({
    subject: fc.option(fc.string({ unit: 'binary', maxLength: 3000 })),
    messageId: fc.array(fc.string({ minLength: 1, maxLength: 1500 }), { maxLength: 3 }),
    references: fc.array(fc.string({ minLength: 1 }), { maxLength: 1500, size: 'max' }),
    to: fc.array(
      fc.record({ name: fc.option(fc.string({ unit: 'binary' })), email: fc.string({ maxLength: 2000 }) }),
      { maxLength: 100 },
    ),
  })
  .map((changes) => ({ ...failedDocument(ingestOf(Buffer.from('x')), 'worker-died'), ...changes }));

test('whatever a message says, its row is small, well-formed text that is believed', () => {
  fc.assert(
    fc.property(anyDocument, (document) => {
      const facts = factsOf(document);
      assert.deepEqual(read(document), facts);
      const json = JSON.stringify(facts);
      assert.ok(Buffer.byteLength(json) < 1024 * 1024);
      JSON.parse(json, (_name, value: unknown) => {
        if (typeof value === 'string') assert.ok(value.isWellFormed() && !value.includes('\0'), json);
        return value;
      });
      const isLonger =
        (document.subject?.length ?? 0) > 1000 ||
        (document.messageId[0]?.length ?? 0) > 1000 ||
        document.to.length > facts.to_addresses.length ||
        document.to.some(({ email }) => email.length > 1000) ||
        document.references.length > facts.reference_ids.length;
      assert.equal(facts.is_cut, isLonger);
    }),
    { numRuns: 50 },
  );
});

test('ten thousand empty recipients are cut too', () => {
  const nobody = { name: null, email: '' };
  const document = {
    ...failedDocument(ingestOf(Buffer.from('x')), 'worker-died'),
    to: Array.from({ length: 10_000 }, () => nobody),
  };
  const { to_addresses, is_cut } = factsOf(document);
  assert.deepEqual([to_addresses.length, is_cut], [1000, true]);
});

test('facts with a member of another type, form or length are not believed', async () => {
  const { document } = await parsed([...TOP, 'Subject: x', '', 'x']);
  const facts = factsOf(document);
  const wrong: Record<string, unknown>[] = [
    { subject: 1 },
    { subject: undefined },
    { subject: 'x'.repeat(1001) },
    { subject: '\ud800' },
    { subject: 'a\0b' },
    { sent_at: '2024-01-01' },
    { sent_at: '+012024-01-01T00:00:00.000Z' },
    { edrm_mih: 'x' },
    { attachment_count: -1 },
    { attachment_size: 0.5 },
    { to_addresses: {} },
    { to_addresses: [{ name: null }] },
    { attachments: [{ name: null, type: 'a/b', size: 1, sha256: 'x', is_inline: false }] },
    { problems: ["'; DROP TABLE mail"] },
    { preview: null },
    { is_cut: 'no' },
  ];
  for (const change of wrong) {
    assert.equal(readCatalogFacts({ ...facts, ...change }), undefined, JSON.stringify(change));
  }
  for (const nothing of [undefined, null, 'x', 1, []]) assert.equal(readCatalogFacts(nothing), undefined);
  assert.deepEqual(readCatalogFacts({ ...facts, more: 1 }), facts);
});
