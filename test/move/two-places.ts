// A source with mail of every kind in it and an empty target, both in memory, and what must be true of them at any moment.

import assert from 'node:assert/strict';
import { attachmentKey, parsedKey, rawKey } from '../../lib/core/keys.ts';
import type { MessageRecord, StoredRecord } from '../../lib/core/record.ts';
import type { MovePorts } from '../../lib/move/move-ports.ts';
import type { MoveReport } from '../../lib/move/move-report.ts';
import { moveAccount } from '../../lib/move/move-account.ts';
import type { ParseJob } from '../../lib/ports/work.ts';
import {
  accountProgress,
  ANN,
  deletionEntry,
  failedRecord,
  runRecord,
  skippedRecord,
  storedRecord,
  uidlOf,
} from '../contract/sample-records.ts';
import { DamageableBlobs } from '../support/damageable-blobs.ts';
import { sha256Of } from '../support/memory-blob-store.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';

export const NOW = Date.UTC(2026, 10, 23);
export const RUN_IDS = ['01JH0000000000000000000001', '01JH0000000000000000000002'] as const;

export class TestPlace {
  readonly blobs = new DamageableBlobs();
  readonly jobs: ParseJob[] = [];
  readonly ledger: MemoryLedger;

  /** @param isDeadOwner whose lease may be taken at once */
  constructor(isDeadOwner: (owner: string) => boolean = () => false) {
    this.ledger = new MemoryLedger({ now: () => NOW, isDeadOwner });
  }

  /** A message with its object, document and attachment, and its record. */
  async store(content: string, changes: Partial<StoredRecord> = {}): Promise<StoredRecord> {
    const record = storedRecord(uidlOf(`uidl of ${content}`), content, changes);
    this.blobs.plant(keyOf(record), Buffer.from(content));
    this.blobs.plant(documentKeyOf(record), documentOf(record, content));
    const attachment = Buffer.from(`attachment of ${content}`);
    this.blobs.plant(attachmentKey(ANN, sha256Of(attachment)), attachment);
    await this.ledger.commit(ANN, record);
    return record;
  }

  async records(): Promise<MessageRecord[]> {
    return inOrder(await arrayOf(this.ledger.records(ANN)));
  }

  /** All of it but the lease. */
  async snapshot(): Promise<object> {
    const { progress, deletionsUnsettled } = await this.ledger.state(ANN);
    const runs = await this.ledger.runs(ANN, 1000);
    return {
      blobs: await this.blobs.all(),
      records: await this.records(),
      runs,
      progress,
      deletionsUnsettled,
    };
  }
}

export function keyOf({ dt, sha256 }: StoredRecord): string {
  return rawKey(ANN, dt, sha256);
}

export function documentKeyOf({ dt, sha256 }: StoredRecord): string {
  return parsedKey(ANN, dt, sha256);
}

/** As a parser of some version makes it. */
export function documentOf(record: StoredRecord, preview: string): Buffer {
  return Buffer.from(JSON.stringify({ preview, ingest: { rawKey: keyOf(record) } }));
}

export const CATALOG_KEY = `catalog/v1/account=${ANN}/ingest_dt=2026-11-23/${RUN_IDS[0]}-1.ndjson.gz`;

/** What `fillSource` leaves there that is not simply a stored message. */
export interface SourceContents {
  /** Stored, and not parsed yet. */
  readonly unparsed: StoredRecord;
  /** Under its new UIDL, and under the one its octets were fetched by. */
  readonly turnedOver: readonly [StoredRecord, StoredRecord];
  readonly withoutUidl: readonly StoredRecord[];
  /** A raw object that no record names. */
  readonly unrecordedKey: string;
}

/** Everything that belongs into an archive, and nothing that is wrong with it. */
export async function fillSource(source: TestPlace): Promise<SourceContents> {
  for (let n = 0; n < 5; n += 1) await source.store(`message ${n}`, { firstSeen: 1_700_000_000_000 + n });
  const mark = { at: NOW - 5, runId: RUN_IDS[0] };
  await source.store('deleted on the server', { mark: { kind: 'deleted', ...mark } });
  await source.store('about to be deleted', { mark: { kind: 'deleting', ...mark } });
  await source.store('found again', { mark: { kind: 'lost', ...mark } });
  for (const content of ['twin one', 'twin two']) await source.store(content, { uidl: uidlOf('shared') });
  const withoutUidl = [
    await source.store('nameless one', { uidl: uidlOf('') }),
    await source.store('nameless two', { uidl: uidlOf(''), mark: { kind: 'deleted', ...mark } }),
  ];
  const newName = await source.store('turned over', { uidl: uidlOf('new name'), identifiedBy: 'header' });
  const oldName = await source.store('turned over', { uidl: uidlOf('old name') });
  const unparsed = await source.store('not parsed yet');
  source.blobs.take(documentKeyOf(unparsed));
  const unrecorded = storedRecord(uidlOf('never recorded'), 'a crash left it');
  source.blobs.plant(keyOf(unrecorded), Buffer.from('a crash left it'));
  source.blobs.plant(CATALOG_KEY, Buffer.from('rows'));
  await source.ledger.commit(ANN, skippedRecord(uidlOf('skipped')));
  await source.ledger.commit(ANN, failedRecord(uidlOf('failed')));
  await source.ledger.commit(ANN, failedRecord(uidlOf('set aside'), { state: 'quarantined', attempts: 3 }));
  await fillHistory(source);
  return {
    unparsed,
    turnedOver: [newName, oldName],
    withoutUidl,
    unrecordedKey: keyOf(unrecorded),
  };
}

async function fillHistory({ ledger }: TestPlace): Promise<void> {
  for (const runId of RUN_IDS) {
    const entries = [deletionEntry(uidlOf(`deleted in ${runId}`))];
    await ledger.recordRun(runRecord(runId, { deletions: { outcome: 'unknown', entries } }));
  }
  const settled = { digest: 'of a listing', known: 5, skipped: 1, until: NOW + 1000, fence: 0 };
  await ledger.saveProgress(ANN, accountProgress({ lastRunId: RUN_IDS[1], settled }), undefined);
  const hold = await ledger.acquire(ANN, 'a run that died', 1);
  assert.ok('fence' in hold);
  await ledger.setDeletionsUnsettled(hold, true);
  await ledger.release(hold);
}

let runs = 0;

export function portsBetween(source: TestPlace, target: TestPlace): MovePorts {
  return {
    source: { blobs: source.blobs, ledger: source.ledger, lease: source.ledger },
    target: {
      blobs: target.blobs,
      ledger: target.ledger,
      lease: target.ledger,
      parseQueue: { enqueue: async (job) => void target.jobs.push(job) },
    },
    spoolDirectory: '/nowhere: nothing here is too large for memory',
    ownerName: 'host/1',
    now: () => NOW,
    newRunId: () => `move-${(runs += 1)}`,
  };
}

export async function move(ports: MovePorts): Promise<MoveReport> {
  return await moveAccount(ANN, ports, { stop: new AbortController().signal });
}

/** Octet for octet and record for record; only the settled listing is looked at again. */
export async function assertMoved(source: TestPlace, target: TestPlace): Promise<void> {
  assert.deepEqual(await target.blobs.all(), await source.blobs.all());
  assert.deepEqual(await target.records(), await source.records());
  assert.deepEqual(await target.ledger.runs(ANN, 1000), await source.ledger.runs(ANN, 1000));
  const [from, to] = [await source.ledger.state(ANN), await target.ledger.state(ANN)];
  assert.deepEqual(to.progress, from.progress && { ...from.progress, settled: undefined });
  assert.equal(to.deletionsUnsettled, from.deletionsUnsettled);
  assert.deepEqual([from.lease, to.lease], [undefined, undefined], 'both leases are given back');
}

/** True of the target at any moment, a crash's too: what it says to have it has, and it knows which deletions are open. */
export async function assertHonest({ blobs, ledger }: TestPlace): Promise<void> {
  for await (const record of ledger.records(ANN)) {
    if (record.state !== 'stored') continue;
    if (record.mark?.kind === 'deleting') assert.ok((await ledger.state(ANN)).deletionsUnsettled);
    if (record.mark?.kind === 'lost') continue;
    const octets = blobs.peek(keyOf(record));
    assert.equal(octets && sha256Of(octets), record.sha256, `the object of ${record.uidl}`);
  }
}

/** Nothing was written a second time. */
export function assertWrittenOnce({ blobs }: TestPlace): void {
  assert.deepEqual([...blobs.writes].sort(), [...new Set(blobs.writes)].sort());
}

export function kindsOf({ problems }: MoveReport): string[] {
  return problems.map(({ kind }) => kind).sort();
}

async function arrayOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const array: T[] = [];
  for await (const item of items) array.push(item);
  return array;
}

function inOrder(records: readonly MessageRecord[]): MessageRecord[] {
  const keyed = records.map((record) => [JSON.stringify(record), record] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}
