// An archive in memory whose messages can be taken away, changed and made unreadable behind the program's back.

import { auditAccount } from '../../lib/audit/audit-account.ts';
import type { AuditPorts, AuditReport } from '../../lib/audit/audit-account.ts';
import type { RepairPorts } from '../../lib/audit/mark-lost.ts';
import type { Account } from '../../lib/core/account.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import { parsedKey, rawKey } from '../../lib/core/keys.ts';
import type { StoredRecord } from '../../lib/core/record.ts';
import type { Blob, BlobStore, PutOptions } from '../../lib/ports/storage.ts';
import { ANN, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { fixedAccess } from '../support/fixed-access.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import type { Pop3Faults } from '../support/pop3-server/faults.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';
import { STRAIGHT_WAY, passwordAuth } from '../support/account-defaults.ts';
import { pop3BySocket } from '../support/pop3-by.ts';

export const NOW = Date.UTC(2026, 10, 23);
const PASSWORD = 'not shown';

class DamageableBlobs implements BlobStore {
  readonly #blobs = new MemoryBlobStore();
  readonly removed = new Set<string>();
  readonly unreadable = new Set<string>();
  beforeList = async (): Promise<void> => {};

  /** Puts octets there as if they had always been. */
  plant(key: string, octets: string): void {
    this.removed.delete(key);
    this.#blobs.plant(key, Buffer.from(octets));
  }

  async put(key: string, blob: Blob, options?: PutOptions): Promise<'stored' | 'exists'> {
    return await this.#blobs.put(key, blob, options);
  }

  async get(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return this.removed.has(key) ? undefined : await this.#blobs.get(key);
  }

  async stat(key: string): Promise<{ readonly sizeOctets: number } | undefined> {
    return this.removed.has(key) ? undefined : await this.#blobs.stat(key);
  }

  async verify(
    key: string,
    expected: Pick<Blob, 'sizeOctets' | 'sha256'>,
  ): Promise<'intact' | 'absent' | 'different'> {
    if (this.unreadable.has(key)) {
      throw new MailferryError(`cannot read ${key}: EACCES`, {
        code: 'ARCHIVE_UNREADABLE',
        scope: 'account',
        retryable: true,
      });
    }
    return this.removed.has(key) ? 'absent' : await this.#blobs.verify(key, expected);
  }

  async *list(prefix: string): AsyncGenerator<string> {
    await this.beforeList();
    for await (const key of this.#blobs.list(prefix)) if (!this.removed.has(key)) yield key;
  }
}

export class DamageableArchive {
  readonly blobs = new DamageableBlobs();
  readonly ledger = new MemoryLedger({ now: () => NOW });
  /** Raw keys of messages that are still to be parsed. */
  readonly pending = new Set<string>();

  /** A message of Ann's that is stored, recorded and parsed. */
  async store(content: string, changes: Partial<StoredRecord> = {}): Promise<StoredRecord> {
    const uidl = uidlOf(`uidl of ${content}`);
    const record = storedRecord(uidl, content, { listedOctets: content.length, ...changes });
    this.blobs.plant(keyOf(record), content);
    this.blobs.plant(documentKeyOf(record), '{}');
    await this.ledger.commit(ANN, record);
    await this.ledger.mark(ANN, [record], record.mark);
    return record;
  }

  /** Without its server. */
  async audit(): Promise<AuditReport> {
    return await this.#audit(1, false);
  }

  /** With a server that has these messages. */
  async auditWithServer(
    maildrop: TestMessage[],
    faults: Pop3Faults = {},
  ): Promise<AuditReport & { readonly commands: readonly string[] }> {
    await using server = await startPop3Server({ maildrop, user: 'ann', password: PASSWORD, faults });
    const report = await this.#audit(server.port, true);
    return { ...report, commands: server.sessions[0]?.commands ?? [] };
  }

  repairPorts(): RepairPorts {
    const { blobs, ledger } = this;
    return { blobs, ledger, lease: ledger, ownerName: 'host/1', now: () => NOW, newRunId: () => 'repair' };
  }

  async #audit(port: number, askServer: boolean): Promise<AuditReport> {
    const ports: AuditPorts = {
      blobs: this.blobs,
      ledger: this.ledger,
      pop3: pop3BySocket,
      access: fixedAccess(PASSWORD),
      isParsePending: (key) => this.pending.has(key),
    };
    const { signal } = new AbortController();
    return await auditAccount(accountAt(port), ports, { askServer, signal });
  }
}

export function keyOf({ dt, sha256 }: StoredRecord): string {
  return rawKey(ANN, dt, sha256);
}

export function documentKeyOf({ dt, sha256 }: StoredRecord): string {
  return parsedKey(ANN, dt, sha256);
}

/** A message on a server, with the UIDL that `store` gives it. */
export function listed(content: string): TestMessage {
  return { uidl: `uidl of ${content}`, content: Buffer.from(content) };
}

/** The limits of a run are small: they must not matter. */
function accountAt(port: number): Account {
  return {
    id: ANN,
    host: '127.0.0.1',
    port,
    tls: 'none',
    caFile: undefined,
    caPem: undefined,
    schedule: { everyMinutes: 15 },
    paused: false,
    ...STRAIGHT_WAY,
    allowPrivateNetwork: true,
    user: 'ann',
    auth: passwordAuth('env', 'X'),
    onServer: 'keep',
    pauseDeletions: false,
    limits: { messageOctets: 1000, runMessages: 1, runOctets: 1, deletionsPerRun: 1 },
  };
}
