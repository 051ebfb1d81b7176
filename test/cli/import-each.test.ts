// The accounts of one command: what goes wrong with one, however badly, keeps no other from its turn.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importEach } from '../../lib/cli/import-each.ts';
import type { ImportedAccount } from '../../lib/cli/import-each.ts';
import { describeImported } from '../../lib/cli/report.ts';
import type { Account } from '../../lib/core/account.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import type { ImportPorts } from '../../lib/import/import-ports.ts';
import { openTrace } from '../../lib/cli/trace.ts';
import { ANN, BOB } from '../contract/sample-records.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';
import { STRAIGHT_WAY, passwordAuth } from '../support/account-defaults.ts';
import { pop3By } from '../support/pop3-by.ts';

function account(id: Account['id']): Account {
  return {
    id,
    host: 'pop.example.com',
    port: 995,
    tls: 'implicit',
    caFile: undefined,
    caPem: undefined,
    schedule: { everyMinutes: 15 },
    paused: false,
    ...STRAIGHT_WAY,
    allowPrivateNetwork: false,
    user: 'x',
    auth: passwordAuth('env', 'X'),
    onServer: 'keep',
    pauseDeletions: false,
    limits: { messageOctets: undefined, runMessages: undefined, runOctets: undefined, deletionsPerRun: 1 },
  };
}

/** No password is to be had, and the first run fails before it can write a record of itself. */
function failingPorts(): ImportPorts {
  const ledger = new MemoryLedger({ now: () => 0 });
  let runs = 0;
  return {
    pop3: pop3By({ dial: async () => assert.fail('nothing is dialled') }),
    access: {
      renew: async () => undefined,
      get: async () => {
        throw new MailferryError('no secret', {
          code: 'SECRET_UNAVAILABLE',
          scope: 'account',
          retryable: true,
        });
      },
    },
    blobs: new MemoryBlobStore(),
    ledger,
    lease: ledger,
    parseQueue: { enqueue: async () => {} },
    spoolDirectory: '/nowhere',
    ownerName: 'host/1',
    now: () => 0,
    newRunId: () => {
      runs += 1;
      if (runs === 1) throw new Error('a mistake of ours');
      return `run-${runs}`;
    },
  };
}

async function importBoth(ports: ImportPorts): Promise<ImportedAccount[]> {
  const { signal } = new AbortController();
  const clock = { stop: signal, deleteUntil: signal, abort: signal, close: () => {} };
  const imported: ImportedAccount[] = [];
  const options = { dryRun: false, noDelete: false, clock, trace: openTrace(undefined), live: false };
  for await (const one of importEach([account(ANN), account(BOB)], ports, options)) imported.push(one);
  return imported;
}

test('an account whose run throws is told with what it threw, and the next has its run', async () => {
  const ports = failingPorts();
  const [first, second] = await importBoth(ports);
  assert.ok(first && second);
  assert.deepEqual([first.run, first.failure?.code], [undefined, 'INTERNAL']);
  assert.deepEqual([second.run?.outcome, second.failure], ['stopped', undefined]);
  assert.equal(second.run?.errors[0]?.code, 'SECRET_UNAVAILABLE');
  const context = { dryRun: false, noDelete: false, ledger: ports.ledger };
  assert.match(
    await describeImported(first, context),
    /^ann: .*could not be run.*\n.*INTERNAL.*a mistake of ours/,
  );
  assert.match(await describeImported(second, context), /^bob: .*stopped before its end/);
});
