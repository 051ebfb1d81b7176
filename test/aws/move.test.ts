// An account moved from a folder to AWS, worked on there, and moved back: real S3 and DynamoDB servers, the built command
// line for what a user does, the adapters themselves for what takes many messages.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openArchiveFolder } from '../../lib/adapters/archive-folder.ts';
import { DynamodbLease } from '../../lib/adapters/dynamodb-lease.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import { FolderBlobStore } from '../../lib/adapters/folder-blob-store.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import { parsedKey, rawKey } from '../../lib/core/keys.ts';
import type { ArchiveDate, MessageRecord, StoredRecord } from '../../lib/core/record.ts';
import { moveAccount } from '../../lib/move/move-account.ts';
import type { MovePorts, MoveTarget } from '../../lib/move/move-ports.ts';
import { isComplete } from '../../lib/move/move-report.ts';
import type { MoveReport } from '../../lib/move/move-report.ts';
import { rebuildAccount } from '../../lib/rebuild/rebuild-account.ts';
import { assertCounts, mails } from '../cli/mailbox.ts';
import {
  accountProgress,
  ANN,
  ODD_UIDLS,
  recordsOfEveryShape,
  runRecord,
  storedRecord,
  uidlOf,
} from '../contract/sample-records.ts';
import { readTree } from '../support/archive-tree.ts';
import { mailWithAttachments } from '../support/attachment-mail.ts';
import { runCli } from '../support/cli.ts';
import { openTestTable, startDynalite } from '../support/dynalite.ts';
import { blobOf, sha256Of } from '../support/memory-blob-store.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { CONFLICT, SLOW_DOWN } from '../support/s3-strict-proxy.ts';
import type { S3Fault } from '../support/s3-strict-proxy.ts';
import { S3Rigs } from '../support/s3-rig.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { openLedgerFile } from '../support/sqlite-ledger-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openCloudMailbox, PASSWORD } from './cloud-mailbox.ts';
import type { CloudMailbox } from './cloud-mailbox.ts';

const options = { skip: motoSkip(), timeout: 240_000 };
const MESSAGES = 40;
const NOW = Date.UTC(2026, 10, 23);
const rigs = new S3Rigs();
after(async () => await rigs[Symbol.asyncDispose]());

/** A configuration of the same account beside the first. */
async function configAt(mailbox: CloudMailbox, name: string, places: object): Promise<string> {
  const file = join(mailbox.folder, name);
  const config = JSON.parse(await readFile(mailbox.configFile, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...config, ...places }));
  return file;
}

test(
  'a folder is moved to AWS, imported into there, and moved back, all by the command line',
  options,
  async () => {
    const maildrop = maildropOf([...mails(5), mailWithAttachments(9)]);
    await using mailbox = await openCloudMailbox(rigs, maildrop);
    const cloud = mailbox.configFile;
    const folder = await configAt(mailbox, 'folder.yaml', { archive: './mail', ledger: './mail/ledger.db' });
    const back = await configAt(mailbox, 'back.yaml', { archive: './back', ledger: './back/ledger.db' });
    const env = { ...mailbox.env, MAILFERRY_TEST_PASSWORD: PASSWORD };
    const cli = async (...args: readonly string[]): Promise<string> => {
      const { exitCode, stdout, stderr } = await runCli(args, { env });
      assert.deepEqual(
        [exitCode, stderr.replaceAll(/^test: \d.*\n/gm, '')],
        [0, ''],
        `${args.join(' ')}\n${stdout}`,
      );
      return stdout;
    };
    await cli('import', '--config', folder);
    const moved = await cli('move', '--config', folder, '--to', cloud);
    assert.match(moved, /^test: moved: all of the source is in the target, compared$/m);
    assert.match(moved, /^ {2}messages +6 +6 +0 +0$/m);
    assert.match(await cli('audit', '--server', '--config', cloud), /^test: everything agrees$/m);
    assertCounts((await mailbox.run()).run, { listed: 6, known: 6 });

    mailbox.server.maildrop.push({ uidl: 'new', content: Buffer.from('Subject: new\r\n\r\nnews\r\n') });
    assertCounts((await mailbox.run()).run, { listed: 7, known: 6, stored: 1 });
    assert.match(await cli('move', '--config', cloud, '--to', back), /^ {2}messages +7 +7 +0 +0$/m);
    const trees = {
      folder: await readTree(join(mailbox.folder, 'mail')),
      back: new Map(await readTree(join(mailbox.folder, 'back'))),
    };
    for (const [key, octets] of trees.folder) assert.deepEqual(trees.back.get(key), octets, key);
    assert.match(await cli('audit', '--server', '--config', back), /^test: everything agrees$/m);
    assert.match(await cli('import', '--config', back), /7 messages listed = 7 known/);
  },
);

test(
  'a table that is lost is made again from the bucket, and an import fetches nothing',
  options,
  async () => {
    await using mailbox = await openCloudMailbox(rigs, maildropOf(mails(5)));
    await mailbox.run();
    await using other = await startDynalite();
    const env = {
      ...mailbox.env,
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${other.port}`,
      MAILFERRY_TEST_PASSWORD: PASSWORD,
    };
    const rebuilt = await runCli(['rebuild-ledger', '--config', mailbox.configFile], { env });
    assert.equal(rebuilt.exitCode, 0, rebuilt.stderr);
    assert.match(rebuilt.stdout, /5 files in the archive: 5 recorded now, 0 recorded before, 0 not recorded/);
    const imported = await runCli(['import', '--config', mailbox.configFile], { env });
    assert.match(imported.stdout, /5 messages listed = 5 known/);
    const again = await runCli(['rebuild-ledger', '--config', mailbox.configFile, '--json'], { env });
    assert.deepEqual(JSON.parse(again.stdout).accounts[0].counts, {
      objects: 5,
      recorded: 0,
      known: 5,
      left: 0,
      withoutUidl: 0,
      unparsed: 0,
      octets: 0,
    });
  },
);

/** A folder with SQLite, S3 with DynamoDB, and another folder, with an account of Ann's in the first. */
class Places implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #ownPorts: Pick<MovePorts, 'ownerName' | 'now' | 'newRunId' | 'spoolDirectory'>;
  readonly folder: MoveTarget & { readonly path: string };
  readonly cloud: MoveTarget;
  readonly back: MoveTarget & { readonly path: string };
  readonly rig: Awaited<ReturnType<S3Rigs['open']>>;

  private constructor(
    stack: AsyncDisposableStack,
    places: Pick<Places, 'folder' | 'cloud' | 'back' | 'rig'>,
  ) {
    let runs = 0;
    this.#stack = stack;
    this.folder = places.folder;
    this.cloud = places.cloud;
    this.back = places.back;
    this.rig = places.rig;
    const newRunId = (): string => `move-${(runs += 1)}`;
    this.#ownPorts = { ownerName: 'host/1', now: () => NOW, newRunId, spoolDirectory: tmpdir() };
  }

  static async open(): Promise<Places> {
    const stack = new AsyncDisposableStack();
    const rig = stack.use(await rigs.open());
    const dynalite = stack.use(await startDynalite());
    const table = stack.use(openTestTable(dynalite.port));
    const now = (): number => NOW;
    const cloud = {
      blobs: rig.store,
      ledger: new DynamodbLedger(table, now),
      lease: new DynamodbLease(table, now),
      parseQueue: undefined,
    };
    const openFolder = async (): Promise<MoveTarget & { readonly path: string }> => {
      const { path } = stack.use(await temporaryFolder());
      await openArchiveFolder(path);
      const { ledger, lease } = stack.use(openLedgerFile(join(path, 'ledger.db'), { now }));
      return { path, blobs: new FolderBlobStore(path), ledger, lease, parseQueue: undefined };
    };
    return new Places(stack, { folder: await openFolder(), cloud, back: await openFolder(), rig });
  }

  async move(source: MoveTarget, target: MoveTarget): Promise<MoveReport> {
    const { signal } = new AbortController();
    return await moveAccount(ANN, { ...this.#ownPorts, source, target }, { stop: signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Messages of all sizes, with documents; records of every shape, UIDLs of every kind, and a past. */
async function fill({ blobs, ledger, lease }: MoveTarget): Promise<StoredRecord[]> {
  const stored: StoredRecord[] = [];
  const store = async (content: Buffer, changes: Partial<StoredRecord>): Promise<void> => {
    const sha256 = sha256Of(content);
    const n = stored.length;
    const record = storedRecord(uidlOf(`uidl-${n}`), 'x', {
      sha256,
      octets: content.length,
      dt: `2025-01-${String((n % 28) + 1).padStart(2, '0')}` as ArchiveDate,
      firstSeen: NOW - n,
      runId: `run-${n % 7}`,
      ...changes,
    });
    await blobs.put(rawKey(ANN, record.dt, sha256), blobOf(content));
    const document = Buffer.from(JSON.stringify({ n, ingest: { rawKey: rawKey(ANN, record.dt, sha256) } }));
    await blobs.put(parsedKey(ANN, record.dt, sha256), blobOf(document));
    await ledger.commit(ANN, record);
    stored.push(record);
  };
  for (let n = 0; n < MESSAGES; n += 1) await store(Buffer.from(`message ${n}\r\n`), {});
  await store(Buffer.alloc(3 * 1024 * 1024, 'large '), {});
  await store(Buffer.alloc(0), {});
  for (const [n, uidl] of ODD_UIDLS.entries()) await store(Buffer.from(`odd ${n}`), { uidl });
  for (const record of recordsOfEveryShape()) {
    if (record.state === 'stored')
      await store(Buffer.from(`shape ${record.uidl}`), {
        ...record,
        sha256: sha256Of(Buffer.from(`shape ${record.uidl}`)),
        octets: `shape ${record.uidl}`.length,
      });
    else await ledger.commit(ANN, record);
  }
  for (const runId of ['01JH0000000000000000000001', '01JH0000000000000000000002'])
    await ledger.recordRun(runRecord(runId));
  const progress = accountProgress({ lastRunId: '01JH0000000000000000000002', settled: undefined });
  await ledger.saveProgress(ANN, progress, undefined);
  const hold = await lease.acquire(ANN, 'a run that died', 1);
  assert.ok('fence' in hold);
  await ledger.setDeletionsUnsettled(hold, true);
  await lease.release(hold);
  return stored;
}

async function recordsIn({ ledger }: Pick<MoveTarget, 'ledger'>): Promise<MessageRecord[]> {
  const records: [string, MessageRecord][] = [];
  for await (const record of ledger.records(ANN)) records.push([JSON.stringify(record), record]);
  return records.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

async function assertSame(source: MoveTarget, target: MoveTarget): Promise<void> {
  assert.deepEqual(await recordsIn(target), await recordsIn(source));
  assert.deepEqual(await target.ledger.runs(ANN, 10), await source.ledger.runs(ANN, 10));
  const [from, to] = [await source.ledger.state(ANN), await target.ledger.state(ANN)];
  assert.deepEqual([to.progress, to.deletionsUnsettled], [from.progress, from.deletionsUnsettled]);
  assert.deepEqual([to.lease, from.lease], [undefined, undefined]);
}

test(
  'messages and records of every kind go from a folder to AWS and back: the same octets, the same records',
  options,
  async () => {
    await using places = await Places.open();
    const { folder, cloud, back } = places;
    await fill(folder);
    const there = await places.move(folder, cloud);
    assert.deepEqual([there.problems, isComplete(there)], [[], true]);
    await assertSame(folder, cloud);
    const again = await places.move(folder, cloud);
    assert.deepEqual([again.octets, again.records.copied], [0, 0]);
    const home = await places.move(cloud, back);
    assert.ok(isComplete(home));
    assert.equal(home.octets, there.octets);
    await assertSame(folder, back);
    assert.deepEqual(await readTree(back.path), await readTree(folder.path));
  },
);

test(
  'into a store on a bad day the move goes on until it is done, and writes nothing twice',
  options,
  async () => {
    await using places = await Places.open();
    const { folder, cloud, rig } = places;
    await fill(folder);
    const random = seededRandom();
    console.log(`seed ${random.seed}`);
    let faults = 0;
    rig.proxy.onRequest = (method) => {
      const fault = faultFor(method, random.between(0, 1));
      if (fault !== undefined) faults += 1;
      return fault;
    };
    let report: MoveReport | undefined;
    for (let attempt = 0; attempt < 20 && report === undefined; attempt += 1)
      report = await places.move(folder, cloud).catch((error: unknown) => assertOfStore(error));
    rig.proxy.onRequest = () => undefined;
    assert.ok(report && isComplete(report));
    assert.ok(faults > 10, `${faults} faults`);
    await assertSame(folder, cloud);
    const keys = (await readTree(folder.path)).map(([key]) => rig.prefix + key);
    assert.deepEqual(await rig.moto.versions(rig.prefix), keys);
  },
);

function faultFor(method: string, dice: number): S3Fault | undefined {
  if (dice < 0.04) return SLOW_DOWN;
  if (dice < 0.06) return 'cut-in-answer';
  if (method !== 'PUT') return undefined;
  if (dice < 0.09) return 'lose-answer';
  if (dice < 0.11) return CONFLICT;
  return dice < 0.13 ? 'spoil-octet' : undefined;
}

/** The store's failures, and no mistake of ours. */
function assertOfStore(error: unknown): undefined {
  assert.ok(error instanceof MailferryError && error.code.startsWith('ARCHIVE_UN'), String(error));
  return undefined;
}

test(
  'from what was moved into S3 a lost ledger is made again, but for what a bucket cannot know',
  options,
  async () => {
    await using places = await Places.open();
    const { folder, cloud, rig } = places;
    await fill(folder);
    await places.move(folder, cloud);
    const ledger = new MemoryLedger({ now: () => NOW });
    const report = await rebuildAccount(
      ANN,
      {
        blobs: rig.store,
        openRaw: async (key) => await rig.store.open(key),
        ledger,
        lease: ledger,
        parseQueue: undefined,
        ownerName: 'host/1',
        now: () => NOW,
        newRunId: () => 'rebuild',
      },
      { dryRun: false, stop: new AbortController().signal },
    );
    assert.deepEqual(report.problems, []);
    const expected = (await recordsIn(folder)).flatMap((record): StoredRecord[] => {
      if (record.state !== 'stored') return [];
      // Marks are the ledger's alone; what was recognised by its header is fetched again under its new UIDL.
      const known = { ...record, mark: undefined, headerSha256: undefined };
      return [
        record.identifiedBy === 'octets' ? known : { ...known, uidl: uidlOf(''), identifiedBy: 'octets' },
      ];
    });
    const found = (await recordsIn({ ledger })).flatMap((record) =>
      record.state === 'stored' ? [{ ...record, headerSha256: undefined }] : [],
    );
    const byContent = (a: StoredRecord, b: StoredRecord): number => (a.sha256 < b.sha256 ? -1 : 1);
    assert.deepEqual(found.sort(byContent), expected.sort(byContent));
  },
);
