// The stored records of an account, from its raw objects alone: each is read whole and proven before it is recorded, or parsed
// because it has no document. What the ledger has already is left exactly as it is. Nothing is ever fetched, changed in the
// archive, or deleted.

import type { AccountId } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { inParallel } from '../core/in-parallel.ts';
import { parseRawKey, parsedKey } from '../core/keys.ts';
import type { RawKeyParts } from '../core/keys.ts';
import type { Sha256 } from '../core/record.ts';
import { NO_UIDL } from '../core/uidl.ts';
import { HeldLeases, underLeases } from '../lease/held-leases.ts';
import { forgetSettled } from '../lease/forget-settled.ts';
import { readFacts } from './known-facts.ts';
import type { KnownFacts } from './known-facts.ts';
import { readKnown } from './known-records.ts';
import { proveObject } from './prove-object.ts';
import { toParseJob, toStoredRecord } from './rebuilt-record.ts';
import type { OpenedRawObject, RebuildPorts } from './rebuild-ports.ts';
import type { RebuildCounts, RebuildProblem, RebuildProblemKind, RebuildReport } from './rebuild-report.ts';

export interface RebuildOptions {
  /** Read and prove everything, and write nothing. */
  readonly dryRun: boolean;
  /** Aborted: what is under way is finished, and the rebuilding ends with INTERRUPTED. */
  readonly stop: AbortSignal;
  /** One more object is done with. */
  readonly onDone?: (() => void) | undefined;
}

/**
 * Safe to repeat, after any interruption too: what is recorded, and has its document, is not read again.
 * @throws LEASE_HELD, LEASE_LOST, INTERRUPTED, LEDGER_FAILED; ARCHIVE_UNREADABLE if the archive cannot be listed, or so many
 *         objects cannot be read that it is not they that are out of order
 */
export async function rebuildAccount(
  account: AccountId,
  ports: RebuildPorts,
  options: RebuildOptions,
): Promise<RebuildReport> {
  if (options.dryRun) return await new Rebuilding(account, ports, options, undefined).run();
  const leases = await HeldLeases.acquire(account, [{ where: '', lease: ports.lease }], ports);
  return await underLeases(leases, async () => {
    // Or the next import would take the listing for one with which there is nothing to do.
    await forgetSettled(leases.holdOf(ports.lease), ports.ledger);
    return await new Rebuilding(account, ports, options, leases).run();
  });
}

/** Read at a time. */
const AT_ONCE = 8;
const MAX_UNREADABLE = 100;

type Outcome = 'recorded' | 'known' | 'left';

/** Of an object before it is read. */
interface Seen {
  /** `undefined`: the ledger has no record of it. */
  readonly known: KnownFacts | undefined;
  readonly isParsed: boolean;
}

class Rebuilding {
  readonly #account: AccountId;
  readonly #ports: RebuildPorts;
  readonly #options: RebuildOptions;
  /** `undefined` in a dry run. */
  readonly #leases: HeldLeases | undefined;
  readonly #runId: string;
  readonly #counts: RebuildCounts = {
    objects: 0,
    recorded: 0,
    known: 0,
    left: 0,
    withoutUidl: 0,
    unparsed: 0,
    octets: 0,
  };
  readonly #problems: RebuildProblem[] = [];

  constructor(
    account: AccountId,
    ports: RebuildPorts,
    options: RebuildOptions,
    leases: HeldLeases | undefined,
  ) {
    this.#account = account;
    this.#ports = ports;
    this.#options = options;
    this.#leases = leases;
    this.#runId = ports.newRunId();
  }

  async run(): Promise<RebuildReport> {
    const known = await readKnown(this.#account, this.#ports.ledger);
    // As `rawKey` begins.
    const keys = this.#ports.blobs.list(`raw/account=${this.#account}/`);
    await inParallel(keys, AT_ONCE, async (key) => {
      if (this.#options.stop.aborted) throw interrupted();
      await this.#leases?.keep();
      const outcome = await this.#take(key, known);
      this.#counts.objects += 1;
      this.#counts[outcome] += 1;
      this.#options.onDone?.();
    });
    return { account: this.#account, counts: this.#counts, problems: this.#problems };
  }

  async #take(key: string, known: ReadonlyMap<Sha256, KnownFacts>): Promise<Outcome> {
    const parts = parseRawKey(key);
    if (parts?.account !== this.#account) return this.#leave('foreign-object', key);
    try {
      const seen = { known: known.get(parts.sha256), isParsed: await this.#isParsed(parts) };
      if (seen.known && seen.isParsed) return 'known';
      const object = await this.#ports.openRaw(key);
      if (object === undefined) return this.#leave('object-unreadable', key, 'it was taken away');
      try {
        return await this.#takeObject(key, parts, object, seen);
      } finally {
        object.close();
      }
    } catch (error) {
      if (!(error instanceof MailferryError) || error.code !== 'ARCHIVE_UNREADABLE') throw error;
      const unreadable = this.#problems.filter(({ kind }) => kind === 'object-unreadable').length;
      if (unreadable >= MAX_UNREADABLE) throw error;
      return this.#leave('object-unreadable', key, error.message);
    }
  }

  /** Or nobody here would parse it. */
  async #isParsed({ account, dt, sha256 }: RawKeyParts): Promise<boolean> {
    const { blobs, parseQueue } = this.#ports;
    return !parseQueue || (await blobs.stat(parsedKey(account, dt, sha256))) !== undefined;
  }

  async #takeObject(
    key: string,
    parts: RawKeyParts,
    object: OpenedRawObject,
    { known, isParsed }: Seen,
  ): Promise<Outcome> {
    const { blobs, ledger, parseQueue } = this.#ports;
    const onUnreadable = (why: string): void => this.#report('facts-unreadable', key, why);
    const facts = known ?? (await readFacts(key, parts, object, blobs, onUnreadable));
    const proven = await proveObject(object.octets);
    this.#counts.octets += proven.sizeOctets;
    const found = `it has ${proven.sizeOctets} octets with sha256 ${proven.sha256}`;
    if (proven.sha256 !== parts.sha256) return this.#leave('object-different', key, found);
    const record = toStoredRecord(parts, proven, facts, { runId: this.#runId, now: this.#ports.now() });
    if (!known && record.uidl === NO_UIDL) this.#counts.withoutUidl += 1;
    if (!isParsed) this.#counts.unparsed += 1;
    if (!this.#options.dryRun) {
      // The job is durable before the record, as at import.
      if (!isParsed) await parseQueue?.enqueue(toParseJob(parts, record, facts));
      if (!known) await ledger.commit(this.#account, record);
    }
    return known ? 'known' : 'recorded';
  }

  #leave(kind: RebuildProblemKind, key: string, detail?: string): 'left' {
    this.#report(kind, key, detail);
    return 'left';
  }

  #report(kind: RebuildProblemKind, key: string, detail?: string): void {
    this.#problems.push({ kind, key, detail });
  }
}

function interrupted(): MailferryError {
  return new MailferryError('the rebuilding was interrupted', {
    code: 'INTERRUPTED',
    scope: 'session',
    retryable: true,
    hint: 'run it again: it goes on where it stopped',
  });
}
