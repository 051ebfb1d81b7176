// `parsing: later`: the import keeps to the mail, and `reparse --missing` makes what it left out, whenever that is.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { readTree } from '../support/archive-tree.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { mails, openMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

const MESSAGES = 7;

async function configure(mailbox: Mailbox, parsing: string): Promise<void> {
  const config = JSON.parse(await readFile(mailbox.configFile, 'utf8')) as object;
  await writeFile(mailbox.configFile, JSON.stringify({ ...config, parsing }));
}

/** What was made of the mail, by its path. */
async function derived({ archiveFolder }: Mailbox): Promise<string[]> {
  const paths = (await readTree(archiveFolder)).map(([path]) => path);
  return paths.filter((path) => path.startsWith('parsed/') || path.startsWith('attachments/')).toSorted();
}

test(
  'mail is stored and recorded, nothing is made of it, and reparse makes what an import that parses would have made',
  { timeout: 60_000 },
  async () => {
    const maildrop = maildropOf(mails(MESSAGES));
    await using parsed = await openMailbox(maildrop);
    await parsed.run();
    await using mailbox = await openMailbox(maildrop);
    await configure(mailbox, 'later');
    const { exitCode, run } = await mailbox.run();
    assert.deepEqual([exitCode, run.counts.stored], [0, MESSAGES]);
    assert.equal((await mailbox.run()).run.counts.known, MESSAGES);
    assert.deepEqual(await derived(mailbox), []);
    const audit = await mailbox.cli('audit');
    assert.equal(audit.exitCode, 0);
    assert.match(audit.stdout, /reparse --missing/);
    assert.equal((await mailbox.cli('reparse', '--missing')).exitCode, 0);
    const made = await derived(mailbox);
    assert.equal(made.filter((path) => path.startsWith('parsed/')).length, MESSAGES);
    assert.deepEqual(made, await derived(parsed));
  },
);
