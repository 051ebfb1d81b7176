// Everything that outlives a process: the server, the archive, the ledger, the queue, the clock. And what was seen of
// all that: accusations are made as things happen, and a history with any of them has failed.

import type { Account, AccountId, DeletionPolicy } from '../../../lib/core/account.ts';
import type { AccountState } from '../../../lib/core/account-state.ts';
import type { MessageRecord } from '../../../lib/core/record.ts';
import type { RunRecord } from '../../../lib/core/run-record.ts';
import type { ParseJob } from '../../../lib/ports/work.ts';
import { MemoryBlobStore } from '../../support/memory-blob-store.ts';
import { MemoryLedger } from '../../support/memory-ledger.ts';
import type { Census } from './census.ts';
import type { MailMessage } from './mail-message.ts';
import { MailServer } from './mail-server.ts';
import type { Process } from './process.ts';
import { Witness } from './witness.ts';
import { STRAIGHT_WAY, passwordAuth } from '../../support/account-defaults.ts';

/** The part of an account's configuration that its owner changes in a history. */
export interface OwnerPolicy {
  readonly onServer: DeletionPolicy;
  readonly deletionsPerRun: number;
  readonly pauseDeletions: boolean;
  readonly runMessages: number | undefined;
  readonly messageOctets: number | undefined;
}

export const PLAIN_POLICY: OwnerPolicy = Object.freeze({
  onServer: 'keep',
  deletionsPerRun: 1000,
  pauseDeletions: false,
  runMessages: undefined,
  messageOctets: undefined,
});

/** A process that ran, and what it returned. */
export interface Attempt {
  readonly process: Process;
  readonly returned: RunRecord;
}

const ACCOUNT = 'ann' as AccountId;
const BEGINNING_MS = Date.UTC(2025, 5, 1);

export class World {
  readonly census: Census;
  readonly witness = new Witness(this);
  readonly server = new MailServer<Process>(this.witness);
  readonly blobs = new MemoryBlobStore();
  readonly ledger: MemoryLedger;
  readonly jobs: ParseJob[] = [];
  /** Every message there ever was. */
  readonly messages: MailMessage[] = [];
  readonly removedByOthers = new Set<MailMessage>();
  readonly removedByUs = new Set<MailMessage>();
  /** Of those, by DELE, with the lease in hand, and the UIDL by which they were known then. */
  readonly deletedInOrder = new Map<MailMessage, string>();
  /** All UIDLs that ever meant a message. */
  readonly holders = new Map<string, Set<MailMessage>>();
  /** Runs that marked messages `deleting` when another had the lease already. */
  readonly strayMarkers = new Set<string>();
  /** Objects that went bad, by key, as they were. */
  readonly rotten = new Map<string, Buffer>();
  readonly accusations: string[] = [];
  readonly attempts: Attempt[] = [];
  policy: OwnerPolicy = PLAIN_POLICY;
  /** Epoch milliseconds. */
  nowMs = BEGINNING_MS;
  /** Whether a lease may be taken from an owner that is dead before it expires. */
  knowsTheDead = false;
  quietForMs: number | undefined;
  /** The server has or had UIDLs. */
  hadUidls = true;
  /** A history with two processes at once. */
  hadRaces = false;
  readonly #dead = new Set<string>();
  #processes = 0;

  constructor(census: Census) {
    this.census = census;
    this.ledger = new MemoryLedger({
      now: () => this.nowMs,
      isDeadOwner: (owner) => this.knowsTheDead && this.#dead.has(owner),
    });
  }

  get account(): Account {
    const { onServer, pauseDeletions, runMessages, messageOctets, deletionsPerRun } = this.policy;
    return {
      id: ACCOUNT,
      host: 'pop.model.example',
      port: 110,
      tls: 'none',
      caFile: undefined,
      caPem: undefined,
      schedule: { everyMinutes: 15 },
      paused: false,
      ...STRAIGHT_WAY,
      allowPrivateNetwork: true,
      user: 'ann',
      auth: passwordAuth('env', 'UNUSED'),
      onServer,
      pauseDeletions,
      limits: { messageOctets, runMessages, runOctets: undefined, deletionsPerRun },
    };
  }

  /** Its own for every process, sorted by start. */
  nextName(): string {
    this.#processes += 1;
    return `run-${String(this.#processes).padStart(4, '0')}`;
  }

  died(process: Process): void {
    this.#dead.add(ownerOf(process));
    this.census.note(`crash ${process.diedAt ?? 'nowhere'}`);
  }

  /** @param invariant by the name of the function that looks after it */
  accuse(invariant: string, detail: string): void {
    this.accusations.push(`${invariant}: ${detail}`);
  }

  holds(message: MailMessage, uidl: string): void {
    message.uidl = uidl;
    const holders = this.holders.get(uidl) ?? new Set();
    this.holders.set(uidl, holders.add(message));
  }

  /** Whether its UIDL, now and ever, meant this message alone. */
  isIdentified({ uidl }: MailMessage): boolean {
    return this.server.quirks.hasUidl && uidl !== '' && this.holders.get(uidl)?.size === 1;
  }

  /** Others that had this UIDL, and the same size. */
  takenFrom(message: MailMessage, uidl: string): MailMessage[] {
    const holders = [...(this.holders.get(uidl) ?? [])];
    return holders.filter((one) => one !== message && one.recipe.sizeClass === message.recipe.sizeClass);
  }

  async state(): Promise<AccountState> {
    return await this.ledger.state(ACCOUNT);
  }

  async records(): Promise<MessageRecord[]> {
    const records: MessageRecord[] = [];
    for await (const record of this.ledger.records(ACCOUNT)) records.push(record);
    return records;
  }

  async runs(): Promise<readonly RunRecord[]> {
    return await this.ledger.runs(ACCOUNT, Infinity);
  }

  /** Whether another process has the lease of this one, or had it last. */
  async isOverthrown(process: Process): Promise<boolean> {
    const { lease } = await this.state();
    return process.conduct.leases === 'had' && lease?.owner !== ownerOf(process);
  }
}

/** As the import makes it of its ports. */
function ownerOf({ name }: Process): string {
  return `${name}/${name}`;
}
