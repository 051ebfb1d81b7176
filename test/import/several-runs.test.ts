// What only several runs show: that nothing is lost or left out for good, whatever a server does with its UIDLs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Of } from '../support/memory-blob-store.ts';
import { letter, startRuns } from './runs-under-test.ts';

const names = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${100 + index}`);

test('what one session has shown is not deleted in the next, where the UIDLs may mean other messages', async () => {
  const [a, b, c] = [letter('1', 'A'), letter('2', 'B'), letter('3', 'C')] as const;
  const octets = c.content as Buffer;
  await using runs = await startRuns([a, b], { cutRetrOf: { uidl: '3', afterOctets: 5, how: 'close' } });
  const { maildrop } = runs.server;
  let isOver = false;
  // While the third message is fetched and its session breaks, another client deletes the first; UIDLs are message numbers.
  const content = {
    sizeOctets: octets.length,
    *open(): Iterable<Buffer> {
      if (!isOver) maildrop.splice(0, 3, { ...b, uidl: '1' }, { ...c, uidl: '2' });
      isOver = true;
      yield octets;
    },
  };
  maildrop.push({ uidl: '3', content });
  for (let run = 0; run < 4; run += 1) {
    await runs.run({ onServer: 'delete' });
    for (const message of [b, c]) {
      const isThere = maildrop.some((other) => other.content === message.content);
      assert.ok(isThere || runs.isStored(message), `run ${run + 1} lost a message`);
    }
  }
  assert.ok(runs.isStored(c));
});

for (const limits of [{}, { runMessages: 3 }]) {
  test(`a mailbox that gives its old UIDLs to new messages is stored in the end, ${JSON.stringify(limits)}`, async () => {
    await using runs = await startRuns(
      names(60, 'old').map((name, index) => letter(String(index + 1), name)),
    );
    await runs.run();
    const renewed = names(60, 'new').map((name, index) =>
      letter(String(index + 1), name, index < 20 ? 5 : 0),
    );
    runs.server.maildrop.splice(0, 60, ...renewed);
    await runs.run({ limits }, 10);
    for (let run = 0; run < 8; run += 1) await runs.run({ limits });
    assert.deepEqual(
      renewed.filter((message) => !runs.isStored(message)),
      [],
    );
  });
}

test('a server that confirms deletions and keeps the mail does not keep new mail from being fetched', async () => {
  const mail = names(8, 'kept').map((name) => letter(name, name));
  await using runs = await startRuns([...mail]);
  const notices: string[] = [];
  for (let run = 0; run < 4; run += 1) {
    const record = await runs.run({ onServer: 'delete', limits: { runMessages: 3 } });
    notices.push(...record.notices.map(({ code }) => code));
    runs.server.maildrop.splice(0, 8, ...mail);
  }
  assert.ok(mail.every((message) => runs.isStored(message)));
  assert.ok(notices.includes('LISTED_AGAIN'), 'it is said');
});

test('without UIDLs, runs that never come to their end come to every message', async () => {
  const mail = names(8, 'nameless').map((name) => letter(name, name));
  await using runs = await startRuns(mail, { noUidl: true });
  for (let run = 0; run < 24; run += 1) await runs.run({}, 3);
  assert.ok(mail.every((message) => runs.isStored(message)));
});

test('the parse queue is given each message with its octets at hand, small and large', async () => {
  const messages = [letter('1', 'small'), letter('2', 'large', 5_000_000)];
  await using runs = await startRuns(messages);
  await runs.run();
  const digests = messages.map(({ content }) => sha256Of(content as Buffer));
  assert.deepEqual(
    new Map(runs.handed.map(({ sha256, atHand }) => [sha256, atHand])),
    new Map(digests.map((sha256) => [sha256, sha256])),
  );
});
