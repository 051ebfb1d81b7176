// A mailbox imported into an archive in memory, whose ledger is then lost: a real server on this machine, real imports.

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { parsedKey, rawKey } from '../../lib/core/keys.ts';
import type { MessageRecord } from '../../lib/core/record.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import { importAccount } from '../../lib/import/import-account.ts';
import type { ParseJob } from '../../lib/ports/work.ts';
import { rebuildAccount } from '../../lib/rebuild/rebuild-account.ts';
import type { OpenedRawObject, RebuildPorts } from '../../lib/rebuild/rebuild-ports.ts';
import type { RebuildReport } from '../../lib/rebuild/rebuild-report.ts';
import { ANN } from '../contract/sample-records.ts';
import { accountAt, PASSWORD } from '../session/session-under-test.ts';
import { DamageableBlobs } from '../support/damageable-blobs.ts';
import { fixedAccess } from '../support/fixed-access.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import type { Pop3TestServer } from '../support/pop3-server.ts';
import type { Pop3Faults } from '../support/pop3-server/faults.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';
import { letter } from '../import/runs-under-test.ts';
import type { AccountChanges } from '../import/runs-under-test.ts';
import { pop3BySocket } from '../support/pop3-by.ts';

export interface LostLedgerOptions {
  readonly faults?: Pop3Faults;
  /** What the archive keeps of an import beside the message: as S3 does, as a folder does, or nothing at all. */
  readonly keeps?: 'metadata' | 'documents' | 'nothing';
}

export class LostLedger implements AsyncDisposable {
  readonly server: Pop3TestServer;
  readonly blobs = new DamageableBlobs();
  readonly jobs: ParseJob[] = [];
  /** Replace it, and it is lost. */
  ledger: MemoryLedger;
  /** Objects that were opened and not closed yet. */
  open = 0;
  readonly #keeps: LostLedgerOptions['keeps'];
  #now = Date.UTC(2026, 0, 1);
  #runs = 0;

  private constructor(server: Pop3TestServer, keeps: LostLedgerOptions['keeps']) {
    this.server = server;
    this.#keeps = keeps;
    this.ledger = this.newLedger();
  }

  static async start(maildrop: TestMessage[], options: LostLedgerOptions = {}): Promise<LostLedger> {
    const { faults = {}, keeps = 'metadata' } = options;
    const server = await startPop3Server({ maildrop, user: 'ann', password: PASSWORD, faults });
    return new LostLedger(server, keeps);
  }

  newLedger(): MemoryLedger {
    return new MemoryLedger({ now: () => this.#now, isDeadOwner: (owner) => owner.startsWith('dead/') });
  }

  /** One run a minute after the last. */
  async import({ limits, ...changes }: AccountChanges = {}): Promise<RunRecord> {
    this.#now += 60_000;
    const { signal } = new AbortController();
    const plain = accountAt(this.server.port);
    const account = { ...plain, ...changes, limits: { ...plain.limits, ...limits } };
    const ports = {
      ...this.#shared(),
      pop3: pop3BySocket,
      access: fixedAccess(PASSWORD),
      parseQueue: { enqueue: async (job: ParseJob) => this.#parse(job) },
      spoolDirectory: tmpdir(),
    };
    return await importAccount(account, ports, { stop: signal, abort: signal });
  }

  ports(): RebuildPorts {
    return {
      ...this.#shared(),
      openRaw: async (key) => await this.#open(key),
      parseQueue: { enqueue: async (job) => void this.jobs.push(job) },
    };
  }

  /** A minute after the last run. */
  async rebuild(dryRun = false): Promise<RebuildReport> {
    this.#now += 60_000;
    return await rebuildAccount(ANN, this.ports(), { dryRun, stop: new AbortController().signal });
  }

  /** In the order of their contents. */
  async records(): Promise<MessageRecord[]> {
    const records: MessageRecord[] = [];
    for await (const record of this.ledger.records(ANN)) records.push(record);
    const nameOf = (record: MessageRecord): string =>
      `${record.state === 'stored' ? record.sha256 : ''} ${record.uidl}`;
    return records.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server.close();
  }

  #shared(): Pick<RebuildPorts, 'blobs' | 'ledger' | 'lease' | 'ownerName' | 'now' | 'newRunId'> {
    return {
      blobs: this.blobs,
      ledger: this.ledger,
      lease: this.ledger,
      ownerName: 'host/1',
      now: () => this.#now,
      newRunId: () => `run-${String((this.#runs += 1)).padStart(4, '0')}`,
    };
  }

  #parse({ ingest }: ParseJob): void {
    if (this.#keeps !== 'documents') return;
    const [, , dt = ''] = ingest.rawKey.split('/');
    const key = parsedKey(ingest.account, dt.slice('dt='.length) as never, ingest.sha256);
    this.blobs.plant(key, Buffer.from(JSON.stringify({ ingest: { ...ingest, parser: {} } })));
  }

  async #open(key: string): Promise<OpenedRawObject | undefined> {
    const stat = await this.blobs.stat(key);
    const octets = await this.blobs.get(key);
    if (stat === undefined || octets === undefined) return undefined;
    this.open += 1;
    let isOpen = true;
    return {
      ...stat,
      octets,
      metadata: this.#keeps === 'metadata' ? (this.blobs.metadata.get(key) ?? {}) : {},
      close: () => {
        if (isOpen) this.open -= 1;
        isOpen = false;
      },
    };
  }
}

/** Five messages, imported; then the ledger is lost. `before` is what it had. */
export async function importedAndLost(): Promise<{
  lost: LostLedger;
  before: readonly MessageRecord[];
}> {
  const names = ['one', 'two', 'three', 'four', 'five'];
  const lost = await LostLedger.start(names.map((name) => letter(name, name)));
  await lost.import();
  const before = await lost.records();
  lost.ledger = lost.newLedger();
  return { lost, before };
}

export function keyOf(record: MessageRecord | undefined): string {
  assert.ok(record?.state === 'stored');
  return rawKey(ANN, record.dt, record.sha256);
}

export function documentKeyOf(record: MessageRecord | undefined): string {
  assert.ok(record?.state === 'stored');
  return parsedKey(ANN, record.dt, record.sha256);
}

export function told({ problems }: RebuildReport): string[] {
  return problems.map(({ kind, key }) => `${kind} ${key}`).sort();
}
