// `npm run bench` on mailboxes so small that it says nothing about speed: that every row ends, verifies, and reports.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { mailferryRaw } from '../../bench/clients/mailferry.ts';
import { MailboxFacts } from '../../bench/mailbox/mailbox-facts.ts';
import { contest } from '../../bench/measure/interleaved.ts';
import { ALL_ROWS } from '../../bench/rows/all-rows.ts';
import { runRows } from '../../bench/run-rows.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { procSkip } from '../support/process-facts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROWS = ['plain', 's3', 'discard', 'poll100k'];
const CLIENTS = [
  'mailferry',
  'mailferry-raw',
  'mailferry-s3',
  'mailferry-discard',
  'node-files',
  'node-uidl',
];

void test(
  'every kind of row measures what it says, and leaves its figures as JSON',
  { skip: procSkip() || dovecotSkip() || (mailferryRaw.lack() ?? false), timeout: 120_000 },
  async () => {
    await using folder = await temporaryFolder();
    const printed: string[] = [];
    const results = join(folder.path, 'results');
    const isGood = await runRows(
      ALL_ROWS.filter(({ name }) => ROWS.includes(name)),
      {
        scale: 0.001,
        rounds: 1,
        quietMs: 0,
        only: CLIENTS,
        folder: folder.path,
        resultsFolder: results,
        print: (text) => printed.push(text),
        note: () => undefined,
      },
    );
    assert.ok(isGood, printed.join('\n'));
    assert.match(printed[0] ?? '', /### plain: 10 messages of mailbox a[^]*\| mailferry-raw +\| +\d+\.\d\d /);
    const files = await readdir(results);
    assert.equal(files.length, ROWS.length);
    const texts = await Promise.all(files.map((file) => readFile(join(results, file), 'utf8')));
    for (const text of texts) {
      const { runs } = JSON.parse(text) as { runs: Record<string, { cpuMs: number; peakOctets: number }[]> };
      for (const [run] of Object.values(runs)) assert.ok(run && run.cpuMs > 0 && run.peakOctets > 1e6);
    }
    // Nothing of the mailboxes is left behind.
    assert.deepEqual(await readdir(folder.path), ['results']);
  },
);

void test('a client that loses a message has no figures', { skip: procSkip() }, async () => {
  await using folder = await temporaryFolder();
  const facts = new MailboxFacts();
  facts.add(Buffer.from('Subject: lost\r\n\r\n'));
  const client = {
    name: 'loser',
    isSequential: false,
    fidelity: 'octets',
    lack: () => undefined,
    prepare: async () => ({ program: 'true', args: [] }),
    stored: async function* () {
      // It was fast, and stored nothing.
    },
  } as const;
  const runs = await contest([{ client, target: { host: '', port: 0, user: '', password: '' } }], {
    folder: folder.path,
    rounds: 2,
    timeoutMs: 10_000,
    quietMs: 0,
    folders: 'fresh',
    verify: async () => await facts.verify(client.stored(), client.fidelity),
    note: () => undefined,
  });
  const found = runs.get('loser');
  assert.ok(found instanceof Error);
  assert.match(found.message, /1 messages were sent, 0 stored/);
});
