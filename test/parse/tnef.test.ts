// Containers of Outlook (winmail.dat) are not opened, and nothing around or in them is lost: every one that the corpus has, put into
// a message, has a whole document that says so, and the octets of the container to the last one.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CORPUS_FOLDER, corpusSkip } from '../support/corpus.ts';
import { sha256Of } from '../support/memory-blob-store.ts';
import { multipart, parsed, TEXT, TOP } from './parsed.ts';

const CONTAINERS = 5;

void test(
  'each container of the corpus is an attachment, whole, in a document that names it',
  { skip: corpusSkip() },
  async () => {
    const files = globSync('tnef/*.tnef', { cwd: CORPUS_FOLDER });
    assert.equal(files.length, CONTAINERS);
    for (const file of files) {
      const octets = readFileSync(join(CORPUS_FOLDER, file));
      const lines = octets.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
      const tnef = [
        'Content-Type: application/ms-tnef; name="winmail.dat"',
        'Content-Transfer-Encoding: base64',
        '',
        lines,
      ];
      const { document, contents } = await parsed(
        [...TOP, 'Subject: x', ...multipart('mixed', [TEXT, tnef, TEXT])],
        1000,
      );
      assert.deepEqual(document.problems, ['tnef-not-expanded'], file);
      assert.deepEqual([document.subject, document.text], ['x', 'Grüße\nGrüße']);
      const [attachment] = document.attachments;
      assert.deepEqual(
        [attachment?.kind, attachment?.name, attachment?.size],
        ['tnef', 'winmail.dat', octets.length],
      );
      assert.equal(attachment?.sha256, sha256Of(octets));
      assert.deepEqual(contents, [octets]);
    }
  },
);
