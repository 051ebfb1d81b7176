// The bare client is what the real one is measured against: it must be fast for good reasons, and so get every octet.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BareBody } from '../../bench/clients/bare-body.ts';
import { fetchAll, listUidls } from '../../bench/clients/bare-session.ts';
import { madeMail } from '../../bench/mailbox/made-mail.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';

const LOGIN = { user: 'owner', password: 'pass' };

void test('the bare client gets every octet of more messages than it asks for at once', async () => {
  const odd = ['', '.', '.\r\n', '..\r\n.\r\n', '\r\n.\r\n', 'a\r\n.', `${'x'.repeat(70_000)}\r\n..`].map(
    (text) => Buffer.from(text.endsWith('\r\n') || text === '' ? text : `${text}\r\n`),
  );
  const sent = [...odd, ...madeMail('b', 100), ...odd];
  await using server = await startPop3Server({ maildrop: maildropOf(sent), ...LOGIN });
  const got: Buffer[] = [];
  const target = { host: '127.0.0.1', port: server.port, ...LOGIN };
  const count = await fetchAll(target, (pieces) => got.push(Buffer.concat(pieces)));
  assert.equal(count, sent.length);
  assert.deepEqual(got, sent);
  const listing = await listUidls(target);
  assert.equal(listing.toString('latin1').split('\r\n').length - 1, sent.length);
});

void test('the end is found and the stuffed dots are taken out wherever the octets are cut', () => {
  const wire = Buffer.from('..a\r\n.b\r\n...\r\n\r\n\r.c\n.d\r\r\n..\r\n.\r\n+OK');
  const message = '.a\r\nb\r\n..\r\n\r\n\r.c\n.d\r\r\n.\r\n';
  for (let first = 1; first < wire.length; first += 1) {
    for (let second = first; second < wire.length; second += 1) {
      const body = new BareBody();
      let behind: Buffer | undefined;
      for (const chunk of [wire.subarray(0, first), wire.subarray(first, second), wire.subarray(second)]) {
        if (behind === undefined) behind = body.push(chunk);
        else behind = Buffer.concat([behind, chunk]);
      }
      assert.equal(Buffer.concat(body.pieces).toString(), message, `${first} ${second}`);
      assert.equal(behind?.toString(), '+OK');
    }
  }
});
