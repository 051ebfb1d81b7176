// The questions of docs/query.md are answered as it says: its very SQL, over the catalog that a real import wrote.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection, Json } from '@duckdb/node-api';
import { CATALOG_COLUMNS } from '../../cdk/mail-catalog.ts';
import { readTree } from '../support/archive-tree.ts';
import { sha256Of } from '../support/memory-blob-store.ts';
import { openMailbox } from '../cli/mailbox.ts';
import { INVOICE_CONTENT, octetsOf, queryMail } from './query-mail.ts';

const PAGE = resolve(import.meta.dirname, '../../docs/query.md');
const options = { timeout: 60_000 };

const invoice = sha256Of(Buffer.from(INVOICE_CONTENT));
const edrmOfLunch = createHash('md5').update('<lunch@x.example>').digest('hex').toUpperCase();
const invoiceKey = `attachments/account=test/${invoice}`;
const scanKey = `attachments/account=test/${sha256Of(Buffer.from(`%PDF-1.4 ${'x'.repeat(500)}`))}`;

/** By the first word of the heading: the rows of each of its blocks. Counts and octets are text: they may be larger than a number. */
const ANSWERS: Readonly<Record<string, readonly (readonly Json[])[]>> = {
  '1.': [
    [
      {
        sender: 'billing@shop.example',
        messages: '3',
        octets: octetsOf('Your order', 'Invoice 18', 'Invoice 19'),
      },
      { sender: 'bob@example.net', messages: '2', octets: octetsOf('Lunch') },
      { sender: 'noreply@big.example', messages: '1', octets: octetsOf('Report Domain') },
    ],
  ],
  '2.': [
    [
      { name: 'scan.pdf', type: 'application/pdf', size: '509', subject: 'Invoice 18' },
      { name: 'Invoice-17.pdf', type: 'application/pdf', size: '24', subject: 'Your order' },
    ],
  ],
  '3.': [
    [
      { day: '2025-01-03', name: 'Invoice-17.pdf', key: invoiceKey },
      { day: '2025-01-08', name: 'Invoice-17.pdf', key: invoiceKey },
      { day: '2025-01-30', name: 'scan.pdf', key: scanKey },
    ],
  ],
  '4.': [[{ domain: 'example.com', submitter: 'big.example', name: 'big.example!example.com!1!2.xml.gz' }]],
  '5.': [[{ edrm_mih: edrmOfLunch, copies: '2', subject: 'Lunch' }]],
  '6.': [
    [
      {
        month: '2025-01',
        messages: '8',
        octets: octetsOf('Your order', 'Invoice 18', 'Lunch', 'Re: Lunch', 'Report', 'For your', 'Nobody'),
      },
      { month: '2025-02', messages: '1', octets: octetsOf('Invoice 19') },
    ],
  ],
  '7.': [
    [
      { problem: 'date-missing', messages: '1' },
      { problem: 'from-missing', messages: '1' },
    ],
  ],
  '8.': [
    [
      { sent_at: '2025-01-05 10:00:00', subject: 'Lunch' },
      { sent_at: '2025-01-05 10:00:00', subject: 'Lunch' },
      { sent_at: '2025-01-05 11:00:00', subject: 'Re: Lunch' },
    ],
  ],
  '9.': [
    [{ thread: 'lunch@x.example', messages: '3', latest: '2025-01-05 11:00:00' }],
    [{ subject: 'Re: Lunch', hours: '50' }],
  ],
  '10.': [[{ sha256: invoice, name: 'Invoice-17.pdf', messages: '2' }], [{ text: 'Hello\n' }]],
};

test(
  'every question has the answer that the mail gives, also when rows are there twice',
  options,
  async () => {
    await using mailbox = await openMailbox(queryMail());
    await mailbox.run();
    await using duck = await openDuck(mailbox.archiveFolder);
    const { view, questions } = await readPage();
    await duck.ask(view);
    assert.equal(questions.length, 10);
    await assertAnswers(duck, questions);
    await addOtherRows(mailbox.archiveFolder);
    await assertAnswers(duck, questions);
  },
);

test('in Parquet the rows are the same, with the same types', options, async () => {
  await using mailbox = await openMailbox(queryMail());
  await mailbox.run('--catalog', 'parquet');
  await using duck = await openDuck(mailbox.archiveFolder);
  const { view, page, questions } = await readPage();
  const [read = assert.fail('it is not there')] = /read_parquet\([^)]*\)/.exec(page) ?? [];
  await duck.ask(`CREATE VIEW mail AS SELECT * FROM ${read}`);
  await assertAnswers(duck, questions);
  const inParquet = await duck.ask('SELECT column_name, column_type FROM (DESCRIBE mail)');
  await using other = await openMailbox(queryMail());
  await other.run();
  await using duckOfJson = await openDuck(other.archiveFolder);
  await duckOfJson.ask(view);
  assert.deepEqual(inParquet, await duckOfJson.ask('SELECT column_name, column_type FROM (DESCRIBE mail)'));
});

test('the table for Athena has the columns of the one in the stack', async () => {
  const { page } = await readPage();
  const [, columns = ''] = /CREATE EXTERNAL TABLE \S+ \(\n([^]*?)\n\)\n/.exec(page) ?? [];
  const said = columns.split(',\n').map((line) => line.trim());
  assert.deepEqual(
    said,
    Object.entries(CATALOG_COLUMNS).map(([name, type]) => `${name} ${type}`),
  );
});

interface Question {
  readonly number: string;
  readonly blocks: readonly string[];
}

async function readPage(): Promise<{ page: string; view: string; questions: readonly Question[] }> {
  const page = await readFile(PAGE, 'utf8');
  const sections = page.split(/^#{2,3} /m);
  const blocksOf = (section = ''): string[] =>
    [...section.matchAll(/```sql\n([^]*?)```/g)].map(([, sql = '']) => sql);
  const [view = assert.fail('there is no view')] = blocksOf(
    sections.find((section) => section.startsWith('The table')),
  );
  const questions = sections
    .filter((section) => /^\d+\. /.test(section))
    .map((section) => ({ number: section.split(' ')[0] ?? '', blocks: blocksOf(section) }));
  return { page, view, questions };
}

async function assertAnswers(duck: Duck, questions: readonly Question[]): Promise<void> {
  for (const { number, blocks } of questions) {
    const answers = [];
    for (const sql of blocks) answers.push(await duck.ask(sql));
    assert.deepEqual(answers, ANSWERS[number], `question ${number}`);
  }
}

/** What a crash and an older parser leave: the same file under another name, and rows that say less. */
async function addOtherRows(archive: string): Promise<void> {
  const objects = await readTree(archive);
  const [[path, octets] = assert.fail('there is no catalog'), ...more] = objects.filter(([key]) =>
    key.startsWith('catalog/'),
  );
  assert.deepEqual(more, []);
  const folder = join(archive, path, '..');
  await writeFile(join(folder, 'again.ndjson.gz'), octets);
  const rows = gunzipSync(octets).toString().trimEnd().split('\n');
  const emptied = { from_addresses: [], attachments: [], sent_at: null };
  const lesser = rows.flatMap((row) => {
    const is = JSON.parse(row) as object;
    return [
      { ...is, ...emptied, problems: [], parser_version: '1+mailparser.9.9.9' },
      { ...is, ...emptied, problems: ['parse-failed', 'worker-died'], parser_version: '10+mailparser.9.9.9' },
    ];
  });
  const text = lesser.map((row) => `${JSON.stringify(row)}\n`).join('');
  await writeFile(join(folder, 'lesser.ndjson.gz'), gzipSync(text));
}

interface Duck extends AsyncDisposable {
  ask(sql: string): Promise<readonly Json[]>;
}

/** @param archive the folder that the page calls `mail/` */
async function openDuck(archive: string): Promise<Duck> {
  const instance = await DuckDBInstance.create();
  const connection: DuckDBConnection = await instance.connect();
  return {
    ask: async (sql) => {
      const reader = await connection.runAndReadAll(sql.replaceAll("'mail/", `'${join(archive, '/')}`));
      return reader.getRowObjectsJson();
    },
    [Symbol.asyncDispose]: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
