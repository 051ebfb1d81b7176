// Reads everything there is about one account, listing, ledger and archive, and has it compared. Changes nothing, and
// keeps in memory only the listing, what differs, and a compact set of keys.

import type { Account, AccountId } from '../core/account.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import type { MessageRecord } from '../core/record.ts';
import { toRunError } from '../core/run-error.ts';
import type { RunError } from '../core/run-error.ts';
import type { Uidl } from '../core/uidl.ts';
import type { Ledger } from '../ports/ledger.ts';
import { compareStored, compareUnstored } from './compare.ts';
import { compareWithListing } from './compare-with-listing.ts';
import type { Difference } from './difference.ts';
import { findUnrecorded } from './find-unrecorded.ts';
import { inParallel } from '../core/in-parallel.ts';
import { inspectObject } from './inspect-object.ts';
import type { Objects } from './inspect-object.ts';
import { KeySet } from './key-set.ts';
import { listMaildrop } from './list-maildrop.ts';
import type { Doorway } from './list-maildrop.ts';

export interface AuditPorts extends Doorway, Objects {
  readonly ledger: Ledger;
}

export interface AuditOptions {
  /** Compare with what the server lists, too. */
  readonly askServer: boolean;
  /** Aborted: the connection is closed at once. */
  readonly signal: AbortSignal;
  /** One more message of the ledger is compared. */
  readonly onChecked?: (() => void) | undefined;
}

/** What was looked at and what agreed: silence is not success. */
export interface AuditCounts {
  /** Of the ledger, of any state. */
  records: number;
  stored: number;
  /** Stored messages whose object has the octets recorded. */
  intact: number;
  /** Of those with a parsed document. */
  documents: number;
  /** Stored messages that the server confirmed to have deleted. */
  deleted: number;
  /** Files among the messages of the archive. */
  objects: number;
  /** Rows of the listing; `undefined` if the server was not asked, or gave none, as are those below. */
  listed: number | undefined;
  /** Rows whose message is stored. */
  listedAndStored: number | undefined;
  /** Stored messages that the server does not list, though nobody is known to have deleted them. */
  storedOnly: number | undefined;
}

export interface AuditReport {
  readonly account: AccountId;
  readonly counts: AuditCounts;
  readonly differences: readonly Difference[];
  /** Why the server could not be asked. The rest was compared all the same. */
  readonly serverError: RunError | undefined;
}

/** Messages compared at a time: a storage far away takes its time for each. */
const AT_ONCE = 16;

/** @throws LEDGER_FAILED, ARCHIVE_UNREADABLE when the archive cannot be listed */
export async function auditAccount(
  account: Account,
  ports: AuditPorts,
  options: AuditOptions,
): Promise<AuditReport> {
  const audit = new Audit(account, ports, options);
  await audit.askServer();
  await audit.compareRecords();
  await audit.compareObjects();
  await audit.compareRows();
  return audit.report();
}

class Audit {
  readonly #account: Account;
  readonly #ports: AuditPorts;
  readonly #options: AuditOptions;
  readonly #counts: AuditCounts = { ...NOTHING };
  readonly #differences: Difference[] = [];
  /** Of the objects that the ledger has a record of. */
  readonly #recorded = new KeySet();
  #listing: readonly ListedMessage[] | undefined;
  /** `undefined` if there is no listing, or it has no UIDLs. */
  #listedUidls: ReadonlySet<Uidl> | undefined;
  #serverError: RunError | undefined;

  constructor(account: Account, ports: AuditPorts, options: AuditOptions) {
    this.#account = account;
    this.#ports = ports;
    this.#options = options;
  }

  /** First of all: what is recorded later is then in the ledger's records too. */
  async askServer(): Promise<void> {
    if (!this.#options.askServer) return;
    try {
      this.#listing = await listMaildrop(this.#account, this.#ports, this.#options.signal);
    } catch (error) {
      this.#serverError = toRunError(error);
      return;
    }
    const uidls = this.#listing.flatMap(({ uidl }) => (uidl === undefined ? [] : [uidl]));
    if (uidls.length > 0 || this.#listing.length === 0) this.#listedUidls = new Set(uidls);
    this.#counts.storedOnly = this.#listedUidls && 0;
  }

  async compareRecords(): Promise<void> {
    await inParallel(this.#ports.ledger.records(this.#account.id), AT_ONCE, async (record) => {
      await this.#compareRecord(record);
      this.#options.onChecked?.();
    });
  }

  async compareObjects(): Promise<void> {
    const found = await findUnrecorded(this.#account.id, this.#recorded, this.#ports);
    this.#counts.objects = found.objects;
    this.#add(found.differences);
  }

  async compareRows(): Promise<void> {
    if (!this.#listing) return;
    const { ledger } = this.#ports;
    const { differences, agreed } = await compareWithListing(this.#listing, this.#account, ledger);
    this.#counts.listed = this.#listing.length;
    this.#counts.listedAndStored = agreed;
    this.#add(differences);
  }

  report(): AuditReport {
    return {
      account: this.#account.id,
      counts: this.#counts,
      differences: this.#differences,
      serverError: this.#serverError,
    };
  }

  async #compareRecord(record: MessageRecord): Promise<void> {
    const counts = this.#counts;
    counts.records += 1;
    const isListed = this.#isListed(record);
    if (record.state !== 'stored') {
      this.#differences.push(...compareUnstored(record, isListed));
      return;
    }
    const finding = await inspectObject(this.#account.id, record, this.#ports);
    this.#recorded.add(finding.key);
    counts.stored += 1;
    if (finding.content === 'intact') counts.intact += 1;
    if (finding.document === 'there') counts.documents += 1;
    if (record.mark?.kind === 'deleted') counts.deleted += 1;
    else if (isListed === false && counts.storedOnly !== undefined) counts.storedOnly += 1;
    this.#differences.push(...compareStored(record, finding, isListed));
  }

  /** One by one: there may be more than a call takes arguments. */
  #add(differences: readonly Difference[]): void {
    for (const difference of differences) this.#differences.push(difference);
  }

  #isListed({ uidl }: MessageRecord): boolean | undefined {
    return uidl === '' ? undefined : this.#listedUidls?.has(uidl);
  }
}

const NOTHING: AuditCounts = {
  records: 0,
  stored: 0,
  intact: 0,
  documents: 0,
  deleted: 0,
  objects: 0,
  listed: undefined,
  listedAndStored: undefined,
  storedOnly: undefined,
};
