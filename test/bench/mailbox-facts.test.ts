// The benchmark believes no figure before it has compared what was stored with what was sent: so the comparison must be able to fail.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailboxFacts, type Fidelity } from '../../bench/mailbox/mailbox-facts.ts';

const SENT = ['Subject: a\r\n\r\none\r\n', 'Subject: b\r\n\r\ntwo\r\n', 'Subject: b\r\n\r\ntwo\r\n'];

async function verify(stored: readonly string[], fidelity: Fidelity): Promise<void> {
  const facts = new MailboxFacts();
  for (const message of SENT) facts.add(Buffer.from(message));
  async function* found(): AsyncGenerator<Buffer> {
    for (const message of stored) yield Buffer.from(message);
  }
  await facts.verify(found(), fidelity);
}

const [one = '', two = ''] = SENT;

void test('the same messages in another order are right', async () => {
  await verify([two, one, two], 'octets');
});

void test('one that is missing, one too many, one changed and one instead of another are found', async () => {
  await assert.rejects(verify([one, two], 'octets'), /3 messages were sent, 2 stored/);
  await assert.rejects(verify([...SENT, one], 'octets'), /3 messages were sent, 4 stored/);
  await assert.rejects(verify([one, two, `${two} `], 'octets'), /not stored with their octets/);
  await assert.rejects(verify([one, one, two], 'octets'), /not stored with their octets/);
});

void test('line ends may differ only for a client that is known to change them', async () => {
  const changed = SENT.map((message) => message.replaceAll('\r\n', '\n'));
  await verify(changed, 'lines');
  await assert.rejects(verify(changed, 'octets'), /not stored with their octets/);
  await assert.rejects(verify([...changed.slice(1), 'else'], 'lines'), /not stored with their octets/);
});

void test('of a client that writes messages anew only the number is compared', async () => {
  await verify(['x', 'y', 'z'], 'count');
  await assert.rejects(verify(['x'], 'count'), /1 stored/);
});
