// Whether the demo's letters are still what was written: editors and checkouts like to change line ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDemoMailbox, readLetter } from './demo-mailbox.ts';
import { asServed } from './pop3-server/maildrop.ts';

void test('every letter has CRLF line ends only, and nothing is added to it on the way', async () => {
  const maildrop = await readDemoMailbox();
  assert.equal(maildrop.length, 14);
  for (const { content } of maildrop) {
    assert.ok(Buffer.isBuffer(content));
    assert.doesNotMatch(content.toString('latin1'), /(?<!\r)\n|\r(?!\n)/);
    assert.equal(asServed(content), content);
  }
});

void test('letters have UIDLs that are all different and the same each time', async () => {
  const [once, again] = [await readDemoMailbox(), await readDemoMailbox()].map((maildrop) =>
    maildrop.map(({ uidl }) => uidl),
  );
  assert.deepEqual(once, again);
  assert.equal(new Set(once).size, 14);
});

void test('all addresses are in the domains kept for examples', async () => {
  for (const { content } of await readDemoMailbox()) {
    assert.ok(Buffer.isBuffer(content));
    const domains = content.toString('latin1').matchAll(/@([\w.-]+)/g);
    for (const [, domain] of domains) assert.match(domain ?? '', /(^|\.)example\.(com|net|org)$/);
  }
});

void test('the Russian letter is in KOI8-R, octet for octet', async () => {
  const letter = await readLetter('06-russian-engine.eml');
  assert.match(new TextDecoder('koi8-r').decode(letter), /Добрый день!/);
});
