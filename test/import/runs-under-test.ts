// Runs against a real server on this machine, with archive, ledger and clock in memory: for what takes several runs to see.

import { tmpdir } from 'node:os';
import type { Account } from '../../lib/core/account.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import { importAccount } from '../../lib/import/import-account.ts';
import type { Blob, BlobStore } from '../../lib/ports/storage.ts';
import type { ParseJob } from '../../lib/ports/work.ts';
import type { Uidl } from '../../lib/core/uidl.ts';
import { accountAt, PASSWORD } from '../session/session-under-test.ts';
import { fixedAccess } from '../support/fixed-access.ts';
import { collect, MemoryBlobStore, sha256Of } from '../support/memory-blob-store.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import type { Pop3TestServer } from '../support/pop3-server.ts';
import type { Pop3Faults } from '../support/pop3-server/faults.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';
import { pop3BySocket } from '../support/pop3-by.ts';

export interface RunsUnderTest extends AsyncDisposable {
  readonly server: Pop3TestServer;
  readonly ledger: MemoryLedger;
  /** What the parse queue was given, in order. */
  readonly handed: readonly Handed[];
  /** One run a minute after the last. @param timeUpAfter the run's time is up once so many messages are decided */
  run(changes?: AccountChanges, timeUpAfter?: number): Promise<RunRecord>;
  /** One run a minute after the last, as a scheduled poll makes it. */
  poll(changes?: AccountChanges): Promise<Polled>;
  /** One run a minute after the last, whose time for deletions is over once the server has got so many. */
  runDeleting(changes: AccountChanges, deletions: number): Promise<RunRecord>;
  /** Before the next run. */
  pass(timeMs: number): void;
  /** Whether the archive has a message with these octets. */
  isStored(message: TestMessage): boolean;
}

/** A job, and the sha256 of the message that came with it. */
export interface Handed {
  readonly sha256: string;
  readonly atHand: string | undefined;
}

export interface Polled {
  readonly run: RunRecord;
  /** What was asked of the ledger, in order. */
  readonly calls: readonly string[];
  /** What was asked of the archive, in order. */
  readonly archiveCalls: readonly string[];
  /** The UIDLs of which the ledger was asked what it knows, as often as it was. */
  readonly asked: readonly Uidl[];
  /** What the server was sent, without arguments. */
  readonly commands: readonly string[];
}

export type AccountChanges = Partial<Omit<Account, 'limits'>> & {
  readonly limits?: Partial<Account['limits']>;
};

export async function startRuns(maildrop: TestMessage[], faults: Pop3Faults = {}): Promise<RunsUnderTest> {
  let time = Date.UTC(2026, 0, 1);
  let runs = 0;
  const handed: Handed[] = [];
  const now = (): number => time;
  const ledger = new MemoryLedger({ now });
  const blobs = new MemoryBlobStore();
  const server = await startPop3Server({ maildrop, user: 'ann', password: PASSWORD, faults });
  const ports = {
    pop3: pop3BySocket,
    access: fixedAccess(PASSWORD),
    blobs,
    ledger,
    lease: ledger,
    parseQueue: {
      enqueue: async ({ ingest }: ParseJob, raw?: Blob) => {
        handed.push({ sha256: ingest.sha256, atHand: raw && sha256Of(await collect(raw.open())) });
      },
    },
    spoolDirectory: tmpdir(),
    ownerName: 'test/1',
    now,
    newRunId: () => `run-${String((runs += 1)).padStart(4, '0')}`,
  };
  const poll = async (changes: AccountChanges = {}): Promise<Polled> => {
    time += 60_000;
    const [calls, archiveCalls, asked]: [string[], string[], Uidl[]] = [[], [], []];
    const { signal } = new AbortController();
    const noted = noting(ledger, (name, [, uidls]) => {
      calls.push(name);
      if (name === 'find') asked.push(...(uidls as Iterable<Uidl>));
    });
    const watched = {
      ...ports,
      ledger: noted,
      lease: noted,
      blobs: noting(blobs, (name) => archiveCalls.push(name)),
    };
    const sessions = server.sessions.length;
    const { limits, ...others } = changes;
    const plain = accountAt(server.port);
    const account = { ...plain, ...others, limits: { ...plain.limits, ...limits } };
    const run = await importAccount(account, watched, { stop: signal, abort: signal, quietForMs: 3_600_000 });
    const sent = server.sessions.slice(sessions).flatMap(({ commands }) => commands);
    const commands = sent.map((line) => line.split(' ', 1).join(''));
    return { run, calls, archiveCalls, asked, commands };
  };
  return {
    server,
    ledger,
    handed,
    poll,
    runDeleting: async ({ limits, ...changes }, deletions) => {
      time += 60_000;
      const plain = accountAt(server.port);
      const account = { ...plain, ...changes, limits: { ...plain.limits, ...limits } };
      const { signal } = new AbortController();
      const late = new AbortController();
      const verify = async (...args: Parameters<MemoryBlobStore['verify']>): Promise<Verified> => {
        const sent = server.sessions.flatMap(({ commands }) => commands);
        if (sent.filter((command) => command.startsWith('DELE')).length >= deletions) late.abort();
        return await blobs.verify(...args);
      };
      const watched = { ...ports, blobs: withVerify(blobs, verify) };
      return await importAccount(account, watched, {
        stop: signal,
        abort: signal,
        deleteUntil: late.signal,
      });
    },
    pass: (timeMs) => {
      time += timeMs;
    },
    run: async ({ limits, ...changes } = {}, timeUpAfter = Infinity) => {
      time += 60_000;
      const plain = accountAt(server.port);
      const account = { ...plain, ...changes, limits: { ...plain.limits, ...limits } };
      const stop = new AbortController();
      let decided = 0;
      return await importAccount(account, ports, {
        stop: stop.signal,
        abort: new AbortController().signal,
        observer: {
          decided: () => {
            decided += 1;
            if (decided === timeUpAfter) stop.abort(timeUp());
          },
        },
      });
    },
    isStored: ({ content }) => blobs.writes.some((key) => key.includes(sha256Of(content as Buffer))),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

type Verified = Awaited<ReturnType<MemoryBlobStore['verify']>>;

function withVerify(blobs: MemoryBlobStore, verify: MemoryBlobStore['verify']): BlobStore {
  return {
    put: async (...args) => await blobs.put(...args),
    get: async (key) => await blobs.get(key),
    stat: async (key) => await blobs.stat(key),
    list: (prefix) => blobs.list(prefix),
    verify,
  };
}

/** The same port; each call is told. */
function noting<Port extends object>(
  port: Port,
  note: (name: string, args: readonly unknown[]) => void,
): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        note(String(name), args);
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
}

/** A small message. @param padding octets more, for another size */
export function letter(uidl: string, text: string, padding = 0): TestMessage {
  return { uidl, content: Buffer.from(`Subject: ${text}\r\n\r\n${'.'.repeat(padding)}body of ${text}\r\n`) };
}

function timeUp(): MailferryError {
  return new MailferryError('the time is up', { code: 'TIME_UP', scope: 'session', retryable: true });
}
