// The documents of the whole corpus, compared with what several independent parsers agree on, and with their own schema.
// A difference is either mended or stands in oracle-differences.ts with its reason.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { MessageDocument } from '../../lib/core/message/document.ts';
import { messageSchema } from '../../lib/schema/message-schema.ts';
import { corpusMessages, corpusOracle, corpusSkip, type OracleRow } from '../support/corpus.ts';
import { ORACLE_DIFFERENCES } from './oracle-differences.ts';
import { parsed } from './parsed.ts';

void test(
  'documents of the corpus are valid and say what several parsers agree on, but for a list that says why not',
  { skip: corpusSkip(), timeout: 300_000 },
  async () => {
    const oracle = corpusOracle();
    const differences: string[] = [];
    let comparedCount = 0;
    for (const { name, bytes } of corpusMessages()) {
      const result = await parsed(bytes, 65_536);
      messageSchema.parse(JSON.parse(JSON.stringify(result.document)));
      const row = oracle.get(name);
      if (row === undefined) continue;
      comparedCount += 1;
      differences.push(
        ...differencesOf(result.document, result.contents, row).map((what) => `${name}: ${what}`),
      );
    }
    assert.ok(comparedCount > 2100, `${comparedCount} compared`);
    assert.deepEqual(
      differences.sort(),
      ORACLE_DIFFERENCES.map(([message, what]) => `${message}: ${what}`).sort(),
    );
  },
);

/** What differs, in the words of the corpus's judge; only what the oracle has is compared. */
function differencesOf(document: MessageDocument, contents: readonly Buffer[], row: OracleRow): string[] {
  const differs: Readonly<Record<string, boolean>> = {
    subject: row.subject !== undefined && (row.subject ?? '') !== fold(document.subject ?? '', / \t\r\n/),
    date: row.date !== undefined && dateOf(row) !== (document.sentAt?.replace('.000Z', 'Z') ?? null),
    from: row.from !== undefined && row.from.join() !== addresses(document.from),
    to: row.to !== undefined && row.to.join() !== addresses(document.to),
    text: isTextWrong(document.text ?? '', row),
    html: (row.html_len ?? 0) > 0 && row.html_sha256 !== foldedHash(document.html ?? ''),
  };
  return [
    ...Object.keys(differs).filter((what) => differs[what]),
    ...attachmentDifferences(document, contents, row),
  ];
}

function attachmentDifferences(
  document: MessageDocument,
  contents: readonly Buffer[],
  row: OracleRow,
): string[] {
  if (row.attachment_count === undefined) return [];
  const wanted = (row.leaves ?? []).filter(({ role }) => role === 'attachment');
  const hashes = wanted.flatMap(({ sha256, sha256_lf: hash }) => (sha256 && hash ? [hash] : []));
  const names = wanted.flatMap((leaf) =>
    leaf.filename && !('filename_disputed' in leaf) ? [leaf.filename] : [],
  );
  const differs: Readonly<Record<string, boolean>> = {
    'attachment count': row.attachment_count !== document.attachments.length,
    'attachment bytes': !includesAll(contents.map(hashOfLines), hashes),
    'attachment names': !includesAll(
      document.attachments.map(({ name }) => name ?? ''),
      names,
    ),
  };
  return Object.keys(differs).filter((what) => differs[what]);
}

function isTextWrong(text: string, row: OracleRow): boolean {
  if (!row.text_sha256 || row.text_flowed || (row.text_len ?? 0) === 0) return false;
  return ![row.text_sha256, row.text_sha256_cp1252].includes(foldedHash(text));
}

function dateOf(row: OracleRow): string | null {
  return row.date === 'INVALID' ? null : (row.date ?? null);
}

function addresses(list: MessageDocument['from']): string {
  const emails = list.map(({ email }) => email.trim().toLowerCase());
  return emails.filter((email) => email !== '').join();
}

function includesAll(have: readonly string[], wanted: readonly string[]): boolean {
  const left = [...have];
  return wanted.every((value) => {
    const index = left.indexOf(value);
    if (index !== -1) left.splice(index, 1);
    return index !== -1;
  });
}

function hashOfLines(octets: Buffer): string {
  const lines = octets.toString('latin1').replaceAll('\r\n', '\n').replace(/\n+$/, '');
  return createHash('sha256').update(lines, 'latin1').digest('hex');
}

function foldedHash(text: string): string {
  return createHash('sha256')
    .update(fold(text.replace(/^\ufeff+/, ''), / \t\r\n\f\v\u00a0/))
    .digest('hex');
}

/** @param space the characters between its slashes are white space */
function fold(text: string, space: RegExp): string {
  const run = new RegExp(`[${space.source}]+`, 'g');
  return text.replaceAll(run, ' ').trim();
}
