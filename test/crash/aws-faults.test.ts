// Imports that delete on the server, into S3 and DynamoDB on a bad day: throttled, failing, cut, and doing what they were
// told while the answer is lost. At every moment each message is on the server or in the archive.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DynamodbLease } from '../../lib/adapters/dynamodb-lease.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import type { Account, AccountId } from '../../lib/core/account.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import { importAccount } from '../../lib/import/import-account.ts';
import type { ImportPorts } from '../../lib/import/import-ports.ts';
import type { BlobStore } from '../../lib/ports/storage.ts';
import type { Ledger } from '../../lib/ports/ledger.ts';
import { fixedAccess } from '../support/fixed-access.ts';
import type { AwsFault } from '../support/aws-fault.ts';
import { INTERNAL_ERROR, THROTTLED, THROUGHPUT_EXCEEDED, UNAVAILABLE } from '../support/aws-fault.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';
import type { DynamodbRig } from '../support/dynamodb-rig.ts';
import { collect, sha256Of } from '../support/memory-blob-store.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import type { Pop3TestServer } from '../support/pop3-server.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';
import * as s3 from '../support/s3-strict-proxy.ts';
import { S3Rigs } from '../support/s3-rig.ts';
import type { S3Rig } from '../support/s3-rig.ts';
import { seededRandom } from '../support/seeded-random.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { STRAIGHT_WAY, passwordAuth } from '../support/account-defaults.ts';
import { pop3BySocket } from '../support/pop3-by.ts';

const LONG = process.env['MAILFERRY_LONG'] === '1';
const MESSAGES = LONG ? 400 : 40;
/** Half the runs of a whole import would end early at least: the rest have to get it done. */
const MOST_RUNS = LONG ? 2000 : 200;
const ID = 'bad-day' as AccountId;

const DYNAMODB_FAULTS: readonly AwsFault[] = [
  THROTTLED,
  THROUGHPUT_EXCEEDED,
  INTERNAL_ERROR,
  UNAVAILABLE,
  'dropped',
  'answer-lost',
];
const S3_FAULTS: readonly s3.S3Fault[] = [
  s3.SLOW_DOWN,
  s3.INTERNAL_ERROR,
  s3.CONFLICT,
  'cut-before-body',
  'cut-in-body',
  'lose-answer',
  'spoil-octet',
];

const rigs = new S3Rigs();
after(async () => await rigs[Symbol.asyncDispose]());

void test(
  'an import that deletes survives an S3 and a DynamoDB on a bad day: every message once, nothing deleted unstored',
  { skip: motoSkip(), timeout: 600_000 },
  async (t) => {
    const random = seededRandom();
    t.diagnostic(`MAILFERRY_SEED=${random.seed}`);
    await using folder = await temporaryFolder();
    await using archive = await rigs.open();
    await using ledger = await openDynamodbRig({ maxAttempts: 2 });
    const mail = letters(MESSAGES, random);
    await using server = await startPop3Server({ maildrop: [...mail], user: 'u', password: 'p' });
    const place: Place = { archive, ledger, server, mail };
    const ports = portsOf(place, folder.path);

    const outcomes = await importOnBadDays(place, ports, random);
    t.diagnostic(`${outcomes.length} runs on bad days: ${tellOutcomes(outcomes)}`);

    const settled = await run(place, ports);
    assert.deepEqual(settled.errors, []);
    assert.equal(server.maildrop.length, 0);
    assert.equal(
      (await storedDigests(archive.store)).length,
      MESSAGES,
      'a message is stored twice or not at all',
    );
    await assertNothingLost(place);
    assert.deepEqual(await marksOf(ports.ledger), { deleted: MESSAGES });
    assert.equal((await run(place, ports)).counts.listed, 0);
  },
);

interface Place {
  readonly archive: S3Rig;
  readonly ledger: DynamodbRig;
  readonly server: Pop3TestServer;
  readonly mail: readonly TestMessage[];
}

/** Runs until the maildrop is empty, and checks after each. */
async function importOnBadDays(place: Place, ports: ImportPorts, random: SeededRandom): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  let faults = 0;
  /** One of the list, or none. */
  const draw = <T>(share: number, list: readonly T[]): T | undefined => {
    if (random.between(0, 1) >= share) return undefined;
    faults += 1;
    return list[Math.floor(random.between(0, list.length))];
  };
  for (let runs = 0; place.server.maildrop.length > 0; runs += 1) {
    assert.ok(runs < MOST_RUNS, `${place.server.maildrop.length} messages are left after ${runs} runs`);
    place.archive.proxy.onRequest = () => draw(0.2, S3_FAULTS);
    place.ledger.proxy.faultOf = () => draw(0.15, DYNAMODB_FAULTS);
    records.push(await run(place, ports));
    place.archive.proxy.onRequest = () => undefined;
    place.ledger.proxy.faultOf = () => undefined;
    await assertNothingLost(place);
  }
  assert.ok(faults > MESSAGES / 2, `only ${faults} faults in all`);
  return records;
}

async function run({ server }: Place, ports: ImportPorts): Promise<RunRecord> {
  const never = new AbortController().signal;
  const account: Account = {
    id: ID,
    host: '127.0.0.1',
    port: server.port,
    tls: 'none',
    caFile: undefined,
    caPem: undefined,
    schedule: { everyMinutes: 15 },
    paused: false,
    ...STRAIGHT_WAY,
    allowPrivateNetwork: true,
    user: 'u',
    auth: passwordAuth('env', 'PASSWORD'),
    onServer: 'delete',
    pauseDeletions: false,
    limits: { messageOctets: undefined, runMessages: 25, runOctets: undefined, deletionsPerRun: 15 },
  };
  return await importAccount(account, ports, { stop: never, abort: never });
}

/** @param now a clock that makes an hour pass with every run, so that a lease whose release was lost has ended */
function portsOf({ archive, ledger }: Place, folder: string): ImportPorts {
  let runs = 0;
  const startedAt = Date.now();
  const now = (): number => startedAt + runs * 3_600_000;
  return {
    pop3: pop3BySocket,
    access: fixedAccess('p'),
    blobs: archive.store,
    ledger: new DynamodbLedger(ledger.table, now),
    lease: new DynamodbLease(ledger.table, now),
    parseQueue: { enqueue: async () => undefined },
    spoolDirectory: folder,
    ownerName: 'test/1',
    now,
    newRunId: () => `run-${String((runs += 1)).padStart(6, '0')}`,
  };
}

/** Every message is on the server, or in S3 with its octets. */
async function assertNothingLost({ archive, server, mail }: Place): Promise<void> {
  const stored = new Set(await storedDigests(archive.store));
  const there = new Set(server.maildrop);
  for (const message of mail) {
    const digest = sha256Of(message.content as Buffer);
    assert.ok(there.has(message) || stored.has(digest), `message ${message.uidl} is gone`);
  }
}

/** Of what the objects hold, whatever their names say. */
async function storedDigests(store: BlobStore): Promise<string[]> {
  const digests: string[] = [];
  for await (const key of store.list(`raw/account=${ID}/`)) {
    const octets = await store.get(key);
    assert.ok(octets, `object ${key} is listed, and is not there`);
    const digest = sha256Of(await collect(octets));
    assert.ok(key.includes(digest), `object ${key} holds other octets`);
    digests.push(digest);
  }
  return digests;
}

async function marksOf(ledger: Ledger): Promise<Record<string, number>> {
  const marks: Record<string, number> = {};
  for await (const record of ledger.records(ID)) {
    const mark = record.state === 'stored' ? (record.mark?.kind ?? 'none') : record.state;
    marks[mark] = (marks[mark] ?? 0) + 1;
  }
  return marks;
}

function letters(count: number, random: SeededRandom): TestMessage[] {
  return maildropOf(
    Array.from({ length: count }, (_, index) => {
      const day = String(1 + (index % 27)).padStart(2, '0');
      const body = 'x'.repeat(Math.floor(random.between(0, 4000)));
      return Buffer.from(
        `Date: Mon, ${day} Feb 2026 10:00:00 +0000\r\nSubject: letter ${index}\r\n\r\n${body}\r\n`,
      );
    }),
  );
}

function tellOutcomes(records: readonly RunRecord[]): string {
  const told: Record<string, number> = {};
  for (const { outcome, errors } of records) {
    for (const what of [outcome, ...errors.map(({ code }) => code)]) told[what] = (told[what] ?? 0) + 1;
  }
  return JSON.stringify(told);
}
