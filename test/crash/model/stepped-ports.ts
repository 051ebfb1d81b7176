// The ports that an import sees: each call is a step of its process. Nothing reaches the world around a step.

import type { BlobStore } from '../../../lib/ports/storage.ts';
import type { Connection } from '../../../lib/ports/pop3.ts';
import type { JobQueue, ParseJob } from '../../../lib/ports/work.ts';
import type { Lease, Ledger } from '../../../lib/ports/ledger.ts';
import type { ImportPorts } from '../../../lib/import/import-ports.ts';
import type { Census } from './census.ts';
import { ModelConnection } from './model-connection.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';
import { passwordAccess } from '../../support/fixed-access.ts';
import { pop3By } from '../../support/pop3-by.ts';

export function steppedPorts(process: Process, world: World): ImportPorts {
  return {
    pop3: pop3By({
      dial: async (_target, signal) => {
        const connection = await process.step('dial', () => {
          const dialled = new ModelConnection(world.server, process, signal);
          process.onDeath(() => dialled.close());
          return dialled;
        });
        return new SteppedConnection(connection, process, world.census);
      },
    }),
    access: {
      get: async () => await process.step('access.get', () => passwordAccess('secret')),
      renew: async () => await process.step('access.renew', () => undefined),
    },
    blobs: steppedBlobs(world, process),
    ledger: steppedLedger(world, process),
    lease: steppedLease(world.ledger, process),
    parseQueue: steppedQueue(world, process),
    spoolDirectory: '/nowhere: no message of the model is too large for memory',
    ownerName: process.name,
    now: () => world.nowMs,
    newRunId: () => process.name,
  };
}

class SteppedConnection implements Connection {
  readonly #connection: Connection;
  readonly #process: Process;
  readonly #census: Census;
  #verb = 'greeting';

  constructor(connection: Connection, process: Process, census: Census) {
    this.#connection = connection;
    this.#process = process;
    this.#census = census;
  }

  async read(): Promise<Uint8Array | undefined> {
    return await this.#step(`read ${this.#verb}`, async () => await this.#connection.read());
  }

  readonly tls = undefined;

  get bufferedOctets(): number {
    return this.#connection.bufferedOctets;
  }

  async write(octets: Uint8Array): Promise<void> {
    const text = Buffer.from(octets).toString('latin1');
    this.#verb = /^[A-Z]+/.exec(text)?.[0] ?? '?';
    if (text.split('RETR ').length > 2) this.#census.note('packet with several RETRs');
    if (this.#verb === 'RETR' || this.#verb === 'TOP') this.#process.conduct.isLeaseProven = false;
    await this.#step(`write ${this.#verb}`, async () => await this.#connection.write(octets));
  }

  async startTls(): Promise<void> {
    await this.#step('startTls', async () => await this.#connection.startTls());
  }

  close(reason?: Error): void {
    this.#connection.close(reason);
  }

  /** What fails on a connection is the end of it. */
  async #step<T>(call: string, effect: () => Promise<T>): Promise<T> {
    try {
      return await this.#process.step(call, effect);
    } catch (error) {
      this.#connection.close();
      throw error;
    }
  }
}

function steppedBlobs({ blobs, census }: World, process: Process): BlobStore {
  let putting = 0;
  const call = async <T>(name: string, effect: () => Promise<T>): Promise<T> => {
    process.conduct.isLeaseProven = false;
    return await process.step(`blobs.${name}`, effect);
  };
  return {
    put: async (key, blob, options) => {
      putting += 1;
      if (putting > 1) census.note('several puts at once');
      try {
        return await call('put', async () => await blobs.put(key, blob, options));
      } finally {
        putting -= 1;
      }
    },
    get: async (key) => {
      const octets = await call('get', async () => await blobs.get(key));
      return octets && steppedItems(process, 'blobs.get next', octets);
    },
    stat: async (key) => await call('stat', async () => await blobs.stat(key)),
    verify: async (key, expected) => await call('verify', async () => await blobs.verify(key, expected)),
    list: (prefix) => steppedItems(process, 'blobs.list next', blobs.list(prefix)),
  };
}

function steppedLedger({ ledger, witness }: World, process: Process): Ledger {
  const call = async <T>(name: string, effect: () => Promise<T>): Promise<T> =>
    await process.step(`ledger.${name}`, effect);
  return {
    find: async (account, uidls) => await call('find', async () => await ledger.find(account, uidls)),
    records: (account) => steppedItems(process, 'ledger.records next', ledger.records(account)),
    commit: async (account, record) => {
      process.conduct.isLeaseProven = false;
      return await call(`commit ${record.state}`, async () => {
        witness.committing(process, record);
        return await ledger.commit(account, record);
      });
    },
    mark: async (account, refs, mark) =>
      await call(`mark ${mark?.kind ?? 'nothing'}`, async () => {
        await ledger.mark(account, refs, mark);
        await witness.recordsMarked(process, refs, mark);
      }),
    state: async (account) => await call('state', async () => await ledger.state(account)),
    saveProgress: async (account, progress, by) =>
      await call('saveProgress', async () => await ledger.saveProgress(account, progress, by)),
    setDeletionsUnsettled: async (hold, isUnsettled) => {
      const outcome = await call(
        'setDeletionsUnsettled',
        async () => await ledger.setDeletionsUnsettled(hold, isUnsettled),
      );
      process.conduct.isLeaseProven = outcome === 'saved';
      return outcome;
    },
    recordRun: async (run) => await call('recordRun', async () => await ledger.recordRun(run)),
    runs: async (account, limit) => await call('runs', async () => await ledger.runs(account, limit)),
  };
}

function steppedLease(lease: Lease, process: Process): Lease {
  return {
    acquire: async (account, owner, durationMs) => {
      const answer = await process.step(
        'lease.acquire',
        async () => await lease.acquire(account, owner, durationMs),
      );
      if ('fence' in answer) process.conduct.leases = 'had';
      process.conduct.isLeaseProven = 'fence' in answer;
      return answer;
    },
    renew: async (hold, durationMs) => {
      await process.step('lease.renew', async () => await lease.renew(hold, durationMs));
      process.conduct.isLeaseProven = true;
    },
    release: async (hold) => await process.step('lease.release', async () => await lease.release(hold)),
  };
}

function steppedQueue({ jobs }: World, process: Process): JobQueue<ParseJob> {
  return {
    enqueue: async (job) => {
      process.conduct.isLeaseProven = false;
      await process.step('parseQueue.enqueue', () => void jobs.push(job));
    },
  };
}

async function* steppedItems<T>(
  process: Process,
  call: string,
  items: AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await process.step(call, async () => await iterator.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
