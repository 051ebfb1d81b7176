// A password that was remembered, and changed meanwhile: the run finds out by itself, and tries a wrong one no more than once.

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import type { RunRecord } from '../../lib/core/run-record.ts';
import { importAccount } from '../../lib/import/import-account.ts';
import { accountAt } from '../session/session-under-test.ts';
import { passwordAccess } from '../support/fixed-access.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import { pop3BySocket } from '../support/pop3-by.ts';

/** One run at a server whose password is `new`. */
async function runWith(
  remembered: string,
  renewed: string | undefined,
): Promise<{ run: RunRecord; logins: number; ledger: MemoryLedger }> {
  const now = (): number => Date.UTC(2026, 0, 1);
  const ledger = new MemoryLedger({ now });
  await using server = await startPop3Server({ maildrop: [], user: 'ann', password: 'new' });
  const { signal } = new AbortController();
  const account = accountAt(server.port);
  const ports = {
    pop3: pop3BySocket,
    access: {
      get: async () => passwordAccess(remembered),
      renew: async () => (renewed === undefined ? undefined : passwordAccess(renewed)),
    },
    blobs: new MemoryBlobStore(),
    ledger,
    lease: ledger,
    parseQueue: { enqueue: async () => undefined },
    spoolDirectory: tmpdir(),
    ownerName: 'test/1',
    now,
    newRunId: () => 'run-1',
  };
  const run = await importAccount(account, ports, { stop: signal, abort: signal });
  const commands = server.sessions.flatMap((session) => session.commands);
  return { run, logins: commands.filter((command) => command.startsWith('PASS')).length, ledger };
}

test('a remembered password that is refused is read anew, and the new one works', async () => {
  const { run, logins } = await runWith('old', 'new');
  assert.deepEqual([run.outcome, logins], ['complete', 2]);
});

test('a wrong password is tried once where there is no other', async () => {
  const { run, logins, ledger } = await runWith('old', undefined);
  assert.deepEqual([run.outcome, logins], ['stopped', 1]);
  assert.equal((await ledger.state(run.account)).progress?.suspendedFor, 'POP3_AUTH_FAILED');
});

test('a new password that is wrong too is tried once', async () => {
  const { run, logins } = await runWith('old', 'older');
  assert.deepEqual([run.outcome, run.errors[0]?.code, logins], ['stopped', 'POP3_AUTH_FAILED', 2]);
});
