// Real servers that change what they send, or take being read for more than it is: what is stored is still the message.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { storedDigests, readArchive } from '../../support/archive-snapshot.ts';
import { readWithPython } from '../../support/second-opinion.ts';
import { courier } from '../../support/servers/courier.ts';
import { inetsim } from '../../support/servers/inetsim.ts';
import { plainMailWithLf } from '../../support/servers/matrix-mail.ts';
import { solidPop3d } from '../../support/servers/solid-pop3d.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { importInto } from './server-session.ts';

const reader = { user: 'reader' };
const timeout = 60_000;

void describe('servers that do not leave mail as it is', { concurrency: true }, () => {
  void test(
    'solid-pop3d with ReadExpire deletes at QUIT what was read, without DELE: nothing is lost over several runs',
    { skip: solidPop3d.skip(), timeout },
    async () => {
      await using folder = await temporaryFolder();
      const mailboxes = { reader: plainMailWithLf(6), other: plainMailWithLf(6) };
      await using server = await solidPop3d.start({ mailboxes, settings: ['ReadExpire 0s'] });
      const mailbox = await readWithPython({ ...server, user: 'other' });
      assert.deepEqual(
        await readWithPython({ ...server, user: 'other' }),
        [],
        'it did not delete what was read',
      );
      const limits = {
        messageOctets: undefined,
        runMessages: 2,
        runOctets: undefined,
        deletionsPerRun: 1000,
      };
      const listed: number[] = [];
      for (let run = 0; run < 4; run += 1) {
        const { counts, errors } = await importInto(folder.path, server, reader, { limits });
        assert.deepEqual(errors, []);
        listed.push(counts.listed);
      }
      assert.deepEqual(listed, [6, 4, 2, 0]);
      const digests = mailbox.map(({ sha256 }) => sha256).sort();
      assert.deepEqual(storedDigests(await readArchive(folder.path)), digests);
    },
  );

  void test(
    'inetsim byte-stuffs no line but a single dot: lines that begin with one are stored as they are',
    { skip: inetsim.skip(), timeout },
    async () => {
      await using folder = await temporaryFolder();
      const text = 'Subject: dots\nMessage-ID: <dots@example.org>\n\n.one\nmiddle\n.\n. space\nend\n';
      const messages = [{ name: 'dots', bytes: Buffer.from(text) }];
      await using server = await inetsim.start({ mailboxes: { reader: messages } });
      assert.deepEqual((await importInto(folder.path, server, reader)).errors, []);
      const stored = await storedTexts(folder.path);
      // It adds an empty line.
      assert.ok(stored.includes(`${withCrlf(text)}\r\n`), stored.join('\n---\n'));
    },
  );

  void test(
    'courier shows a message with an 8-bit header as it is to a client that says UTF8, and two runs store it once',
    { skip: courier.skip(), timeout },
    async () => {
      await using folder = await temporaryFolder();
      const text = 'Subject: caf\u00c3\u00a9\nMessage-ID: <8-bit@example.org>\n\nbody\n';
      const messages = [{ name: '8-bit', bytes: Buffer.from(text, 'latin1') }];
      await using server = await courier.start({ mailboxes: { reader: messages } });
      for (const state of ['stored', 'known'] as const) {
        const { counts, errors } = await importInto(folder.path, server, reader);
        assert.deepEqual([errors, counts.listed, counts[state]], [[], 1, 1]);
      }
      const [stored, ...others] = await storedTexts(folder.path);
      assert.deepEqual(others, []);
      assert.equal(stored, withCrlf(text));
    },
  );
});

function withCrlf(text: string): string {
  return text.replaceAll('\n', '\r\n');
}

/** Every stored message, a character for each octet. */
async function storedTexts(folder: string): Promise<string[]> {
  const { raw } = await readArchive(folder);
  return await Promise.all([...raw.keys()].map((key) => readFile(join(folder, key), 'latin1')));
}
