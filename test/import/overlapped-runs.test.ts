// Messages are stored beside those that still come: as many as there is room for, and whatever goes wrong with one of them, each
// is decided once, nothing is deleted that is not recorded, and the next run makes up for it.

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { MailferryError } from '../../lib/core/errors.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import { importAccount } from '../../lib/import/import-account.ts';
import type { Blob, BlobStore, PutOptions } from '../../lib/ports/storage.ts';
import { accountAt, PASSWORD } from '../session/session-under-test.ts';
import { fixedAccess } from '../support/fixed-access.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';
import { pop3BySocket } from '../support/pop3-by.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';
import { letter } from './runs-under-test.ts';

const MESSAGES = 12;

/** Holds each put until so many are under way, all have come, or one has failed: the nth, perhaps. */
class GatheringStore extends MemoryBlobStore implements BlobStore {
  /** Puts under way at the same time, at most. */
  most = 0;
  readonly #gather: number;
  readonly #failAt: ReadonlyMap<number, Error>;
  #puts = 0;
  #underWay = 0;
  #hasFailed = false;
  #held: (() => void)[] = [];

  constructor(gather: number, failAt: Readonly<Record<number, Error>> = {}) {
    super();
    this.#gather = gather;
    this.#failAt = new Map(Object.entries(failAt).map(([nth, error]) => [Number(nth), error]));
  }

  override async put(key: string, blob: Blob, options?: PutOptions): Promise<'stored' | 'exists'> {
    this.#puts += 1;
    const error = this.#failAt.get(this.#puts);
    this.#underWay += 1;
    this.most = Math.max(this.most, this.#underWay);
    try {
      await this.#gathered();
      if (error) throw error;
      return await super.put(key, blob, options);
    } catch (failure) {
      this.#hasFailed = true;
      throw failure;
    } finally {
      this.#underWay -= 1;
    }
  }

  async #gathered(): Promise<void> {
    if (this.#underWay < this.#gather && this.#puts < MESSAGES && !this.#hasFailed)
      await new Promise<void>((go) => this.#held.push(go));
    const held = this.#held;
    this.#held = [];
    for (const go of held) go();
  }
}

interface Place extends AsyncDisposable {
  /** What the server has still. */
  readonly maildrop: readonly TestMessage[];
  readonly ledger: MemoryLedger;
  run(blobs: BlobStore, limits?: { pieces: number; octets: number }): Promise<RunRecord>;
}

async function startPlace(): Promise<Place> {
  const maildrop = Array.from({ length: MESSAGES }, (_, index) => letter(`uidl-${index}`, `mail ${index}`));
  const server = await startPop3Server({ maildrop, user: 'ann', password: PASSWORD });
  const ledger = new MemoryLedger({ now: Date.now });
  let runs = 0;
  return {
    maildrop,
    ledger,
    run: async (blobs, storedAtOnce) => {
      const { signal } = new AbortController();
      const ports = {
        pop3: pop3BySocket,
        access: fixedAccess(PASSWORD),
        blobs,
        ledger,
        lease: ledger,
        parseQueue: { enqueue: async () => undefined },
        spoolDirectory: tmpdir(),
        ownerName: 'test/1',
        now: Date.now,
        newRunId: () => `run-${(runs += 1)}`,
      };
      const account = { ...accountAt(server.port), onServer: 'delete' as const };
      const options = { stop: signal, abort: signal, ...(storedAtOnce && { storedAtOnce }) };
      return await importAccount(account, ports, options);
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

const FULL = new MailferryError('no space left', { code: 'ARCHIVE_FULL', scope: 'account', retryable: true });

test('messages are stored together, in no more pieces than there is room for', async () => {
  for (const [pieces, most] of [
    [1, 1],
    [3, 3],
    [100, MESSAGES],
  ] as const) {
    await using place = await startPlace();
    const blobs = new GatheringStore(pieces);
    const { counts, outcome } = await place.run(blobs, { pieces, octets: 1e9 });
    assert.deepEqual([outcome, counts.stored, blobs.writes.length], ['complete', MESSAGES, MESSAGES]);
    assert.equal(blobs.most, most);
    assert.equal(place.maildrop.length, 0, 'all are recorded before the first is deleted');
  }
});

test('a store that is full ends the run: what is under way is decided, and the next run stores the rest', async () => {
  await using place = await startPlace();
  const blobs = new GatheringStore(4, { 5: FULL });
  const first = await place.run(blobs, { pieces: 4, octets: 1e9 });
  assert.equal(first.outcome, 'stopped');
  assert.deepEqual(
    first.errors.map(({ code }) => code),
    ['ARCHIVE_FULL'],
  );
  assert.equal(first.counts.failed, 1);
  assert.equal(first.counts.stored, blobs.writes.length);
  assert.ok(first.counts.stored >= 4 && first.counts.deferred > 0, JSON.stringify(first.counts));
  assert.equal(place.maildrop.length, MESSAGES, 'nothing is deleted by a run that was stopped');
  const second = await place.run(blobs, { pieces: 4, octets: 1e9 });
  assert.deepEqual([second.outcome, second.counts.known], ['complete', first.counts.stored]);
  assert.equal(new Set(blobs.writes).size, MESSAGES);
  assert.equal(blobs.writes.length, MESSAGES);
  assert.equal(place.maildrop.length, 0);
});

test('many that fail by the same trouble are told once', async () => {
  await using place = await startPlace();
  const all = Object.fromEntries(Array.from({ length: MESSAGES }, (_, index) => [index + 1, FULL]));
  const { errors, counts } = await place.run(new GatheringStore(4, all));
  assert.equal(errors.length, 1);
  assert.equal(counts.failed + counts.deferred, MESSAGES);
});

test('a mistake of ours at one message is held against that, and all others are stored', async () => {
  await using place = await startPlace();
  const { outcome, counts, errors } = await place.run(new GatheringStore(4, { 3: new TypeError('of ours') }));
  assert.equal(outcome, 'partial');
  assert.deepEqual([counts.stored, counts.failed, errors.length], [MESSAGES - 1, 1, 1]);
  assert.equal(place.maildrop.length, 1);
});

test('a mistake of ours at one message after the other ends the run, and few are charged with it', async () => {
  await using place = await startPlace();
  const all = Object.fromEntries(
    Array.from({ length: MESSAGES }, (_, index) => [index + 1, new TypeError('of ours')]),
  );
  const { outcome } = await place.run(new GatheringStore(4, all));
  assert.equal(outcome, 'stopped');
  let charged = 0;
  for await (const record of place.ledger.records(accountAt(1).id))
    if (record.state === 'failed') charged += 1;
  assert.ok(charged <= 2, `${charged} are charged`);
});
