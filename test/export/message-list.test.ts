// The order in which messages are exported.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArchiveDate } from '../../lib/core/record.ts';
import { MessageList } from '../../lib/export/message-list.ts';
import type { ListedMessage } from '../../lib/export/message-list.ts';
import { sha256Of } from '../support/memory-blob-store.ts';

test('messages come by day, then by sha256, each once, however many and in whatever order they were added', () => {
  const days = ['0001-01-01', '1970-01-01', '2024-12-31', '2025-01-01', '9999-12-31'];
  const all: ListedMessage[] = Array.from({ length: 5000 }, (_, number) => ({
    dt: (days[number % days.length] ?? '') as ArchiveDate,
    sha256: sha256Of(Buffer.from(String(number))),
  }));
  const list = new MessageList();
  for (const message of [...all, ...all.slice(0, 100)]) list.add(message);
  const nameOf = ({ dt, sha256 }: ListedMessage): string => `${dt} ${sha256}`;
  assert.deepEqual([...list.inOrder()].map(nameOf), all.map(nameOf).sort());
  assert.deepEqual([...new MessageList().inOrder()], []);
});
